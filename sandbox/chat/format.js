// How names, times and sizes read.

import { richSummary } from "./rich.js";

/** @typedef {import("./types.js").User} User */
/** @typedef {import("./types.js").Chat} Chat */
/** @typedef {import("./types.js").Message} Message */
/** @typedef {import("./types.js").World} World */
/** @typedef {import("./strings.js").Strings} Strings */

/** @param {User} user */
export const fullName = (user) => [user.first_name, user.last_name].filter(Boolean).join(" ");

/**
 * One or two letters for an avatar: two for "Anna Berg", one for "小雨".
 * @param {string} name
 */
export function initials(name) {
  const words = name.trim().split(/\s+/).map((word) => [...word][0] ?? "");
  return (words.length > 1 ? words[0] + words[words.length - 1] : words[0] || "?").toUpperCase();
}

/**
 * One of the seven name colours, the same for an id everywhere.
 * @param {number} id
 */
export const tint = (id) => String(Math.abs(id) % 7);

/**
 * A language's own name, such as 简体中文.
 * @param {string|undefined} code
 */
export function languageName(code) {
  if (!code) return "";
  return new Intl.DisplayNames([code], { type: "language" }).of(code) ?? code;
}

/** @param {"zh"|"en"} language */
const locale = (language) => (language === "zh" ? "zh-CN" : "en-GB");

/**
 * @param {number} seconds  since the epoch
 * @param {"zh"|"en"} language
 */
export function clock(seconds, language) {
  const date = new Date(seconds * 1000);
  return date.toLocaleTimeString(locale(language), { hour: "2-digit", minute: "2-digit" });
}

/**
 * A day and an hour that need not be today's, such as 29 Nov, 06:55.
 * @param {number} seconds  since the epoch
 * @param {"zh"|"en"} language
 */
export function moment(seconds, language) {
  const date = new Date(seconds * 1000);
  return date.toLocaleString(locale(language), { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}

/** @param {number} seconds */
export const dayKey = (seconds) => new Date(seconds * 1000).toDateString();

/**
 * @param {number} seconds
 * @param {"zh"|"en"} language
 * @param {Strings} t
 */
export function day(seconds, language, t) {
  const date = new Date(seconds * 1000);
  const now = new Date();
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (date.toDateString() === now.toDateString()) return t.today;
  if (date.toDateString() === yesterday.toDateString()) return t.yesterday;
  /** @type {Intl.DateTimeFormatOptions} */
  const options = { day: "numeric", month: "long" };
  if (date.getFullYear() !== now.getFullYear()) options.year = "numeric";
  return date.toLocaleDateString(locale(language), options);
}

/** @param {number} seconds */
export const iso = (seconds) => new Date(seconds * 1000).toISOString();

/** @param {number|undefined} bytes */
export function size(bytes) {
  if (bytes === undefined) return "";
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/**
 * Who a message is from, as its readers see it.
 * @param {Message} message
 * @param {World} world
 * @returns {{id: number, name: string}}
 */
export function author(message, world) {
  if (message.sender_chat) {
    return { id: message.sender_chat.id, name: message.sender_chat.title ?? "" };
  }
  if (message.from) return { id: message.from.id, name: fullName(message.from) };
  const chat = world.chats.find((each) => each.id === message.chat.id) ?? message.chat;
  return { id: chat.id, name: chat.title ?? "" };
}

/**
 * One line for quotes, previews and announcements.
 * @param {Message} message
 * @param {Strings} t
 */
export function summary(message, t) {
  const text = message.text ?? message.caption ?? richSummary(message);
  if (text) return text.replace(/\s+/g, " ").slice(0, 160);
  if (message.photo) return t.photo;
  const file = fileOf(message);
  if (file) return file.file_name ?? t.file;
  if (message.contact) return t.contact;
  if (message.location) return t.location;
  return t.plainMessage;
}

/** @param {Message} message */
export const fileOf = (message) =>
  message.document ?? message.video ?? message.animation ?? message.audio ?? message.voice;
