// Writing a message: the text field, the reply in preparation, Start, and the reply keyboard.

import { byId, h } from "./dom.js";
import { author, summary } from "./format.js";
import { replyKeyboard } from "./keyboard.js";
import { fill } from "./strings.js";

/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./session.js").Session} Session */

export class Composer {
  /**
   * @param {Store} store
   * @param {Session} session
   */
  constructor(store, session) {
    this.store = store;
    this.session = session;
    this.field = /** @type {HTMLTextAreaElement} */ (byId("composer"));
    this.form = /** @type {HTMLFormElement} */ (byId("composer-form"));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.field.addEventListener("input", () => {
      this.store.draft.text = this.field.value;
      this.fit();
    });
    this.field.addEventListener("keydown", (event) => this.keyed(event));
    byId("cancel-reply").addEventListener("click", () => this.calm());
    byId("start").addEventListener("click", () => this.session.outbox.text("/start"));
    byId("reply-keyboard").addEventListener("click", (event) => {
      const key = /** @type {Element} */ (event.target).closest("button");
      if (key?.textContent) this.session.outbox.text(key.textContent);
    });
    store.on(["selection"], () => this.restore());
    store.on(["selection", "chat", "status"], () => this.render());
  }

  /** @param {KeyboardEvent} event */
  keyed(event) {
    // Enter also accepts a suggestion of an input method, which is not yet the message's end.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.send();
    } else if (event.key === "Escape") this.calm();
  }

  send() {
    const text = this.field.value.trim();
    if (!text) return;
    const { editing } = this.store.draft;
    if (editing === undefined) this.session.outbox.text(text);
    else void this.session.edit(editing, text);
    this.store.draft.editing = undefined;
    this.write("");
    this.render();
  }

  /** @param {string} text */
  write(text) {
    this.field.value = text;
    this.field.dispatchEvent(new Event("input"));
    this.field.focus();
  }

  /** @param {number} messageId */
  replyTo(messageId) {
    this.calm();
    this.store.draft.replyTo = messageId;
    this.render();
    this.field.focus();
  }

  /** @param {number} messageId */
  edit(messageId) {
    this.calm();
    this.store.draft.editing = messageId;
    this.write(this.store.current.messages.get(messageId)?.text ?? "");
    this.render();
  }

  /** Neither a reply nor an edit. */
  calm() {
    const { draft } = this.store;
    if (draft.editing !== undefined) this.write("");
    draft.editing = undefined;
    draft.replyTo = undefined;
    this.render();
  }

  restore() {
    if (this.field.value !== this.store.draft.text) {
      this.field.value = this.store.draft.text;
      this.field.dispatchEvent(new Event("input"));
    }
  }

  /** Grow with the text where the style sheet cannot. */
  fit() {
    if (CSS.supports("field-sizing", "content")) return;
    this.field.style.setProperty("height", "auto");
    this.field.style.setProperty("height", `${this.field.scrollHeight}px`);
  }

  render() {
    const { store } = this;
    const { chat, current, t } = store;
    const messages = current.sorted();
    const isPrivate = chat.type === "private";
    const unstarted =
      isPrivate && current.loaded && messages.length === 0 && current.outbox.length === 0;
    const readOnly = chat.admins !== undefined && chat.type === "channel" && !chat.admins.includes(store.personId);
    this.form.hidden = unstarted || readOnly;
    byId("start").hidden = !unstarted;
    byId("read-only").hidden = !readOnly;
    this.renderEmpty(unstarted, messages.length === 0 && current.loaded && !isPrivate);
    this.renderReply();
    const last = messages.at(-1);
    const markup = last?.sandbox?.reply_keyboard ?? last?.reply_markup;
    this.field.placeholder = markup?.input_field_placeholder ?? t.writeMessage;
    const rows = readOnly ? [] : replyKeyboard(messages, store.personId);
    const board = byId("reply-keyboard");
    board.hidden = rows.length === 0;
    board.replaceChildren(
      ...rows.map((row) =>
        h(
          "div",
          { class: "keyboard-row" },
          row.map((text) => h("button", { type: "button", class: "key", "data-testid": "button" }, text)),
        ),
      ),
    );
  }

  /**
   * @param {boolean} unstarted
   * @param {boolean} silent
   */
  renderEmpty(unstarted, silent) {
    const description = this.store.profile?.description ?? "";
    byId("empty-bot").hidden = !unstarted || !description;
    byId("empty-text").textContent = description;
    byId("empty-chat").hidden = !silent;
  }

  renderReply() {
    const { store } = this;
    const { replyTo, editing } = store.draft;
    const message = store.current.messages.get(editing ?? replyTo ?? -1);
    byId("reply-bar").hidden = !message;
    if (!message) return;
    const { name } = author(message, store.world);
    const title = editing === undefined ? fill(store.t.replyingTo, { name }) : store.t.editing;
    byId("reply-name").textContent = title;
    byId("reply-text").textContent = summary(message, store.t);
  }
}
