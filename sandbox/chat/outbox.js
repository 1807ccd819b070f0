// Sending: shown at once, kept with a way to try again when it fails.

import * as api from "./api.js";

/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./types.js").Message} Message */
/** @typedef {import("./types.js").Outgoing} Outgoing */
/** @typedef {import("./types.js").SendAs} SendAs */

let lastId = 0;

export class Outbox {
  /** @param {Session} session */
  constructor(session) {
    this.session = session;
  }

  /** @param {string} text */
  text(text) {
    this.add({ text, files: [], as: "photo" });
  }

  /**
   * @param {File[]} files
   * @param {string} caption
   * @param {SendAs} as
   */
  files(files, caption, as) {
    this.add({ text: caption, files, as });
  }

  /** @param {{text: string, files: File[], as: SendAs}} content */
  add(content) {
    const { store } = this.session;
    const pictures = content.files.filter((file) => file.type.startsWith("image/"));
    /** @type {Outgoing} */
    const item = {
      ...content,
      id: ++lastId,
      key: `${Date.now()}-${Math.random()}`,
      from: store.personId,
      previews: content.as === "photo" ? pictures.map((file) => URL.createObjectURL(file)) : [],
      replyTo: store.draft.replyTo,
      topic: store.topic || undefined,
      state: "sending",
    };
    store.draft.replyTo = undefined;
    store.current.outbox.push(item);
    store.emit("chat", "status");
    this.queue(store.chatId, item);
  }

  /**
   * @param {number} chatId
   * @param {number} id
   */
  retry(chatId, id) {
    const { store } = this.session;
    const item = store.state(chatId).outbox.find((each) => each.id === id);
    if (!item || item.state === "sending") return;
    item.state = "sending";
    store.emit("chat");
    this.queue(chatId, item);
  }

  /**
   * @param {number} chatId
   * @param {number} id
   */
  discard(chatId, id) {
    const state = this.session.store.state(chatId);
    for (const item of state.outbox.filter((each) => each.id === id)) {
      for (const preview of item.previews) URL.revokeObjectURL(preview);
    }
    state.outbox = state.outbox.filter((each) => each.id !== id);
    this.session.store.emit("chat");
  }

  /**
   * What came into the chat is on its way no more, whether its answer came, is late or was lost.
   * @param {number} chatId
   * @param {Message} message
   */
  arrived(chatId, message) {
    const key = message.sandbox?.key;
    const item = key && this.session.store.state(chatId).outbox.find((each) => each.key === key);
    if (item) this.discard(chatId, item.id);
  }

  /**
   * @param {number} chatId
   * @param {Outgoing} item
   */
  queue(chatId, item) {
    const state = this.session.store.state(chatId);
    state.sending = state.sending.then(() => this.deliver(chatId, item));
  }

  /**
   * @param {number} chatId
   * @param {Outgoing} item
   */
  async deliver(chatId, item) {
    const { store } = this.session;
    const { from, text, files, as, replyTo, topic, key } = item;
    try {
      this.session.waiting.begin(store.state(chatId));
      const { messages = [] } = files.length
        ? await api.sendFiles(chatId, { from, caption: text, as, files, replyTo, topic, key })
        : await api.sendText(chatId, { from, text, replyTo, topic, key });
      // The event may come later; without this the message would vanish for a moment. An edit
      // that came sooner must not be undone.
      const state = store.state(chatId);
      for (const each of messages) if (!state.messages.has(each.message_id)) state.upsert(each);
      this.discard(chatId, item.id);
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      item.state = "failed";
      item.error = error.status ? error.message : store.t.loadFailed;
      this.session.waiting.settle(store.state(chatId));
      store.emit("chat");
    }
  }
}
