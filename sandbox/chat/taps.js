// Inline buttons: from the tap to the bot's answer.

import * as api from "./api.js";

/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./store.js").PendingTap} PendingTap */
/** @typedef {import("./types.js").SandboxEvent} SandboxEvent */

const TIMEOUT_MS = 20_000;

/**
 * @param {number} messageId
 * @param {string} data
 */
export const tapKey = (messageId, data) => `${messageId}:${data}`;

export class Taps {
  /** @param {Session} session */
  constructor(session) {
    this.session = session;
    /** @type {Set<string>} answers that overtook the reply to their own tap */
    this.early = new Set();
  }

  /**
   * A second tap while the first is pending is sent too, as people do double-tap.
   * @param {number} messageId
   * @param {string} data
   */
  async tap(messageId, data) {
    const { store } = this.session;
    const { chatId, personId } = store;
    const state = store.state(chatId);
    /** @type {PendingTap} */
    const pending = { key: tapKey(messageId, data) };
    state.taps.push(pending);
    this.session.waiting.begin(state);
    store.emit("chat");
    const answer = await this.session.tried(() =>
      api.tap(chatId, { from: personId, messageId, data }),
    );
    if (!answer || this.early.delete(answer.callback_query_id)) this.drop(chatId, pending);
    else {
      pending.queryId = answer.callback_query_id;
      setTimeout(() => this.expire(chatId, pending), TIMEOUT_MS);
    }
  }

  /**
   * @param {number} chatId
   * @param {SandboxEvent} event
   */
  answered(chatId, event) {
    const { store, overlays } = this.session;
    const state = store.state(chatId);
    const pending = state.taps.find((each) => each.queryId === event.callback_query_id);
    if (pending) this.drop(chatId, pending);
    else if (event.callback_query_id) this.early.add(event.callback_query_id);
    this.session.waiting.settle(state);
    if (event.user_id !== undefined && event.user_id !== store.personId) return;
    if (event.text) {
      if (event.show_alert) overlays.alert(event.text);
      else overlays.toast(event.text);
    }
    if (event.url && !this.session.openLink(event.url)) overlays.offerLink(event.url);
  }

  /**
   * @param {number} chatId
   * @param {PendingTap} pending
   */
  expire(chatId, pending) {
    if (!this.session.store.state(chatId).taps.includes(pending)) return;
    this.drop(chatId, pending);
    this.session.overlays.toast(this.session.store.t.tapTimeout);
  }

  /**
   * @param {number} chatId
   * @param {PendingTap} pending
   */
  drop(chatId, pending) {
    const { store } = this.session;
    const state = store.state(chatId);
    state.taps = state.taps.filter((each) => each !== pending);
    store.emit("chat");
  }
}
