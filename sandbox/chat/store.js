// What the page knows. Views listen to topics and redraw; only session.js and stream events write.

import { fullName } from "./format.js";
import { pageLanguage, stringsFor } from "./strings.js";

/** @typedef {import("./types.js").Message} Message */
/** @typedef {import("./types.js").Outgoing} Outgoing */
/** @typedef {import("./types.js").World} World */
/** @typedef {import("./types.js").Chat} Chat */
/** @typedef {import("./types.js").Profile} Profile */
/** @typedef {import("./types.js").BotCommand} BotCommand */

/**
 * selection: another person or chat; world: people, chats, previews, unread; chat: what the open
 * chat shows; status: connection, chat action, waiting, commands.
 * @typedef {"selection"|"world"|"chat"|"status"} Topic
 */

/** @typedef {{key: string, queryId?: string}} PendingTap */

/** @typedef {{id: number, text: string, entities?: import("./types.js").Entity[]}} Draft */

/** One chat's messages and everything in motion around them. */
export class ChatState {
  constructor() {
    /** @type {Map<number, Message>} */
    this.messages = new Map();
    this.loaded = false;
    /** The newest event that is contained in `messages`, as far as the chat was asked for. */
    this.seq = 0;
    /** The newest message id that somebody has looked at; -1 before the first look. */
    this.read = -1;
    /** @type {Outgoing[]} */
    this.outbox = [];
    /** Sends of one chat go one after another, so that they arrive in the order typed. */
    this.sending = Promise.resolve();
    /** @type {PendingTap[]} */
    this.taps = [];
    /** @type {string|null} the bot's current chat action */
    this.action = null;
    /** @type {Draft|null} what the bot is about to say */
    this.botDraft = null;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.draftTimer = undefined;
    /** The bot has left the person waiting for long. */
    this.quiet = false;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.actionTimer = undefined;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.quietTimer = undefined;
  }

  /** @param {Message[]} messages */
  replace(messages) {
    this.messages = new Map();
    for (const message of messages) this.upsert(message);
    this.loaded = true;
  }

  /** @param {Message} message */
  upsert(message) {
    if (message.sandbox?.deleted) this.messages.delete(message.message_id);
    else this.messages.set(message.message_id, message);
  }

  /**
   * Keep what one person alone sees where it came: it has no number of its own among the others.
   * @param {Message} message
   */
  keepEphemeral(message) {
    const newest = Math.floor(this.newest()?.message_id ?? 0);
    const at = newest + (message.ephemeral_message_id ?? 0) / 1_000_000;
    this.messages.set(at, { ...message, message_id: at });
  }

  /** @returns {Message[]} oldest first */
  sorted() {
    return [...this.messages.values()].sort((a, b) => a.message_id - b.message_id);
  }

  /** @returns {Message|undefined} */
  newest() {
    return this.sorted().at(-1);
  }
}

export class Store {
  constructor() {
    /** @type {World} */
    this.world = { bot: { id: 0, first_name: "" }, users: [], chats: [] };
    this.personId = 0;
    this.chatId = 0;
    this.connected = true;
    /** @type {Map<number, ChatState>} */
    this.chatStates = new Map();
    /** @type {Map<string, Profile>} the bot's profile by the reader's language_code */
    this.profiles = new Map();
    /** @type {BotCommand[]} commands offered to this person in this chat */
    this.commands = [];
    /** @type {Map<string, {text: string, replyTo?: number, editing?: number}>} */
    this.drafts = new Map();
    /** @type {Map<Topic, (() => void)[]>} */
    this.listeners = new Map();
    /** @type {Map<number, number>} the topic that is looked at, by chat; 0 for all of them */
    this.topicOf = new Map();
    /** @type {Set<Topic>} */
    this.dirty = new Set();
  }

  /**
   * @param {Topic[]} topics
   * @param {() => void} listener
   */
  on(topics, listener) {
    for (const topic of topics) {
      this.listeners.set(topic, [...(this.listeners.get(topic) ?? []), listener]);
    }
  }

  /**
   * Many changes in one turn redraw once.
   * @param {...Topic} topics
   */
  emit(...topics) {
    if (this.dirty.size === 0) queueMicrotask(() => this.flush());
    for (const topic of topics) this.dirty.add(topic);
  }

  flush() {
    const listeners = new Set([...this.dirty].flatMap((topic) => this.listeners.get(topic) ?? []));
    this.dirty.clear();
    for (const listener of listeners) listener();
  }

  /** @param {number} chatId */
  state(chatId) {
    let state = this.chatStates.get(chatId);
    if (!state) {
      state = new ChatState();
      this.chatStates.set(chatId, state);
    }
    return state;
  }

  /** @returns {Message[]} what the person sees of the open chat, oldest first */
  get seen() {
    const { topic, personId } = this;
    const shown = (/** @type {Message} */ each) =>
      (each.receiver_user === undefined || each.receiver_user.id === personId) &&
      (topic === 0 || each.message_thread_id === topic || each.message_id === topic);
    return this.current.sorted().filter(shown);
  }

  get topics() {
    return this.chat.sandbox?.topics ?? [];
  }

  /** @returns {number} 0 for all of them, and for the general one to write in */
  get topic() {
    const chosen = this.topicOf.get(this.chatId) ?? 0;
    return this.topics.some((each) => each.message_thread_id === chosen) ? chosen : 0;
  }

  get current() {
    return this.state(this.chatId);
  }

  get person() {
    return this.world.users.find((user) => user.id === this.personId);
  }

  /** @returns {Chat} */
  /** Whether the person leads the open group or channel. */
  leads() {
    const { chat, personId } = this;
    return chat.type !== "private" && (chat.admins ?? []).includes(personId);
  }

  get chat() {
    return this.chatOf(this.chatId);
  }

  /**
   * @param {number} chatId
   * @returns {Chat}
   */
  chatOf(chatId) {
    const known = this.world.chats.find((chat) => chat.id === chatId);
    return known ?? { id: chatId, type: "private" };
  }

  get language() {
    return pageLanguage(this.person?.language_code);
  }

  get profile() {
    return this.profiles.get(this.person?.language_code ?? "");
  }

  get t() {
    return stringsFor(this.language);
  }

  get draft() {
    const key = `${this.personId}:${this.chatId}`;
    let draft = this.drafts.get(key);
    if (!draft) {
      draft = { text: "" };
      this.drafts.set(key, draft);
    }
    return draft;
  }

  /**
   * The chats on one person's phone: the bot first, then groups and channels.
   * @param {number} personId
   * @returns {Chat[]}
   */
  chatsOf(personId) {
    const shared = this.world.chats.filter(
      (chat) => chat.type !== "private" && (!chat.members?.length || chat.members.includes(personId)),
    );
    return [this.chatOf(personId), ...shared];
  }

  /**
   * Groups and channels that a person could enter.
   * @param {number} personId
   * @returns {Chat[]}
   */
  joinable(personId) {
    const own = new Set(this.chatsOf(personId).map((chat) => chat.id));
    return this.world.chats.filter((chat) => chat.type !== "private" && !own.has(chat.id));
  }

  /** @param {Chat} chat */
  titleOf(chat) {
    if (chat.type !== "private") return chat.title ?? "";
    return this.profile?.name || fullName(this.world.bot);
  }

  /** @param {number} chatId */
  isUnread(chatId) {
    const state = this.state(chatId);
    const newest = state.newest();
    return chatId !== this.chatId && state.read >= 0 && (newest?.message_id ?? 0) > state.read;
  }

  /** @param {number} chatId */
  markRead(chatId) {
    const state = this.state(chatId);
    state.read = Math.max(state.read, state.newest()?.message_id ?? 0);
  }
}
