// Pictures, albums, documents and the other things a message can carry.

import { fileUrl } from "./api.js";
import { h } from "./dom.js";
import { fileOf, size } from "./format.js";
import { icon } from "./icons.js";
import { fill } from "./strings.js";

/** @typedef {import("./types.js").Message} Message */
/** @typedef {import("./types.js").Outgoing} Outgoing */
/** @typedef {import("./types.js").PhotoSize} PhotoSize */
/** @typedef {import("./strings.js").Strings} Strings */

// Twice the widest bubble, for dense screens.
const ENOUGH_WIDTH = 760;

/** @param {PhotoSize[]} sizes */
const bySize = (sizes) => [...sizes].sort((a, b) => a.width * a.height - b.width * b.height);

/** @param {PhotoSize[]} sizes */
function shown(sizes) {
  const ordered = bySize(sizes);
  return ordered.find((each) => each.width >= ENOUGH_WIDTH) ?? ordered[ordered.length - 1];
}

/** @param {PhotoSize[]} sizes */
export function largestUrl(sizes) {
  const ordered = bySize(sizes);
  return fileUrl(ordered[ordered.length - 1].file_id);
}

/**
 * One picture, or several as a grid.
 * @param {Message[]} messages  the messages of one album, or a single one
 * @param {string} name  whose pictures they are
 * @param {Strings} t
 */
export function photos(messages, name, t) {
  // The row carries the first message's id, so only the further ones need their own.
  const cells = messages.flatMap((message, n) =>
    message.photo?.length ? [photo(message, message.photo, name, t, n > 0)] : [],
  );
  if (cells.length < 2) return cells[0] ?? null;
  return h("div", { class: `album n${Math.min(cells.length, 10)}`, "data-part": "album" }, cells);
}

/**
 * @param {Message} message
 * @param {PhotoSize[]} sizes
 * @param {string} name
 * @param {Strings} t
 * @param {boolean} identified  whether the picture is found by its message's id
 */
function photo(message, sizes, name, t, identified) {
  const picture = shown(sizes);
  const alt = name ? fill(t.photoFrom, { name }) : t.photoAlt;
  return h(
    "button",
    {
      type: "button",
      class: message.has_media_spoiler ? "photo veiled" : "photo",
      "data-part": "photo",
      "data-action": "enlarge",
      "data-message": message.message_id,
      "data-testid": identified ? `message-${message.message_id}` : null,
      title: t.enlarge,
      style: { "--w": picture.width, "--h": picture.height },
    },
    h("img", { src: fileUrl(picture.file_id), alt, decoding: "async", draggable: "false" }),
  );
}

/**
 * The pictures of a message that is still on its way.
 * @param {Outgoing} item
 * @param {Strings} t
 */
export function previews(item, t) {
  const cells = item.previews.map((src) =>
    h("span", { class: "photo", style: { "--w": 4, "--h": 3 } }, h("img", { src, alt: t.photoAlt })),
  );
  const files = item.previews.length ? [] : item.files.map((file) => fileRow(file.name, file.size));
  if (cells.length < 2) return [...cells, ...files];
  return [h("div", { class: `album n${Math.min(cells.length, 10)}` }, cells)];
}

/**
 * Documents, and anything else with a file, as a row with its name.
 * @param {Message} message
 * @param {Strings} t
 */
export function attachment(message, t) {
  const file = fileOf(message);
  if (file) return fileRow(file.file_name ?? t.file, file.file_size, fileUrl(file.file_id));
  if (message.contact) {
    return h("p", { class: "fact" }, `${message.contact.first_name}\n${message.contact.phone_number}`);
  }
  if (message.location) {
    const { latitude, longitude } = message.location;
    return h("p", { class: "fact" }, `${t.location}: ${latitude}, ${longitude}`);
  }
  return null;
}

/**
 * @param {string} name
 * @param {number|undefined} bytes
 * @param {string} [href]
 */
function fileRow(name, bytes, href) {
  const extension = /\.(\w{1,5})$/.exec(name)?.[1]?.toUpperCase();
  const content = [
    h("span", { class: "file-badge" }, extension ?? icon("file")),
    h(
      "span",
      { class: "file-text" },
      h("span", { class: "file-name" }, name),
      h("span", { class: "file-size" }, size(bytes)),
    ),
  ];
  if (!href) return h("span", { class: "file" }, content);
  return h(
    "a",
    { class: "file", href, download: name, target: "_blank", rel: "noopener noreferrer" },
    content,
  );
}
