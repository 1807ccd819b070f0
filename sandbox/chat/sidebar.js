// People and their chats: a pane on wide screens, a drawer on phones.

import { avatar } from "./avatar.js";
import { byId, h, redraw } from "./dom.js";
import { clock, fullName, languageName, summary } from "./format.js";
import { icon } from "./icons.js";
import { LANGUAGES } from "./strings.js";

/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./types.js").User} User */
/** @typedef {import("./types.js").Chat} Chat */

const NARROW = matchMedia("(max-width: 760px)");

export class Sidebar {
  /**
   * @param {Store} store
   * @param {Session} session
   */
  constructor(store, session) {
    this.store = store;
    this.session = session;
    this.pane = byId("sidebar");
    this.backdrop = byId("backdrop");
    this.opener = byId("open-list");
    this.dialog = /** @type {HTMLDialogElement} */ (byId("person-dialog"));
    this.opener.addEventListener("click", () => this.toggle(true));
    byId("close-list").addEventListener("click", () => this.toggle(false));
    this.backdrop.addEventListener("click", () => this.toggle(false));
    this.pane.addEventListener("keydown", (event) => event.key === "Escape" && this.toggle(false));
    this.pane.addEventListener("click", (event) => this.clicked(event));
    NARROW.addEventListener("change", () => this.toggle(false));
    this.prepareDialog();
    this.toggle(false);
    store.on(["selection", "world", "chat"], () => this.render());
  }

  /** @param {boolean} open */
  toggle(open) {
    const wasOpen = this.pane.classList.contains("open");
    this.pane.classList.toggle("open", open);
    this.backdrop.hidden = !open;
    this.pane.inert = NARROW.matches && !open;
    byId("conversation").inert = NARROW.matches && open;
    this.opener.setAttribute("aria-expanded", String(open));
    if (open) byId("close-list").focus();
    else if (wasOpen && NARROW.matches) this.opener.focus();
  }

  /** @param {Event} event */
  clicked(event) {
    const target = /** @type {Element} */ (event.target).closest("[data-person],[data-chat],[data-join],#add-person");
    if (!(target instanceof HTMLElement)) return;
    const { person, chat, join } = target.dataset;
    if (person) this.session.selectPerson(Number(person));
    else if (chat) this.session.select(this.store.personId, Number(chat));
    else if (join) void this.session.join(Number(join));
    else return this.askForPerson();
    this.toggle(false);
  }

  render() {
    const { store } = this;
    const { t, world } = store;
    const add = h(
      "button",
      { type: "button", class: "person add", id: "add-person", title: t.addPerson, "data-testid": "add-person" },
      h("span", { class: "avatar" }, icon("plus")),
      h("span", { class: "person-name" }, t.addShort),
    );
    redraw(byId("people"), [...world.users.map((user) => this.personButton(user)), add]);
    redraw(byId("chats"), [
      ...store.chatsOf(store.personId).map((chat) => this.chatButton(chat)),
      ...store.joinable(store.personId).map((chat) => this.joinButton(chat)),
    ]);
    const others = world.chats.some((chat) => store.isUnread(chat.id));
    this.opener.classList.toggle("unread", others);
    this.opener.setAttribute("aria-label", others ? t.openListUnread : t.openList);
  }

  /** @param {User} user */
  personButton(user) {
    const { store } = this;
    const name = fullName(user);
    const chosen = user.id === store.personId;
    const unread = !chosen && store.isUnread(user.id);
    return h(
      "button",
      { type: "button", class: "person", "data-person": user.id, "data-testid": `person-${user.id}`, title: name, "aria-pressed": String(chosen) },
      avatar(user.id, name),
      h("span", { class: "person-name" }, user.first_name),
      h("span", { class: "person-language" }, languageName(user.language_code)),
      unread && h("span", { class: "dot" }, h("span", { class: "hidden" }, store.t.unread)),
    );
  }

  /** @param {Chat} chat */
  chatButton(chat) {
    const { store } = this;
    const { t } = store;
    const title = store.titleOf(chat);
    const newest = store.state(chat.id).newest();
    const isBot = chat.type === "private";
    const kind = isBot ? t.bot : chat.type === "channel" ? t.channel : t.group;
    return h(
      "button",
      {
        type: "button",
        class: "chat",
        "data-chat": chat.id,
        "data-testid": `chat-${chat.id}`,
        "aria-current": chat.id === store.chatId ? "true" : null,
      },
      avatar(isBot ? store.world.bot.id : chat.id, title),
      h(
        "span",
        { class: "chat-text" },
        h("span", { class: "chat-title" }, h("span", { class: "chat-name" }, title), h("span", { class: "kind" }, kind)),
        h("span", { class: "chat-last" }, newest ? summary(newest, t) : t.noMessages),
      ),
      h(
        "span",
        { class: "chat-side" },
        h("span", { class: "chat-time" }, newest ? clock(newest.date, store.language) : ""),
        store.isUnread(chat.id) && h("span", { class: "dot" }, h("span", { class: "hidden" }, t.unread)),
      ),
    );
  }

  /** @param {Chat} chat */
  joinButton(chat) {
    const { t } = this.store;
    const title = this.store.titleOf(chat);
    return h(
      "button",
      { type: "button", class: "chat", "data-join": chat.id, "data-testid": `join-${chat.id}` },
      avatar(chat.id, title),
      h(
        "span",
        { class: "chat-text" },
        h("span", { class: "chat-title" }, title),
        h("span", { class: "chat-last" }, chat.type === "channel" ? t.channel : t.group),
      ),
      h("span", { class: "join" }, t.join),
    );
  }

  prepareDialog() {
    const select = /** @type {HTMLSelectElement} */ (byId("person-language"));
    for (const [code, name] of LANGUAGES) select.append(h("option", { value: code }, name));
    const form = /** @type {HTMLFormElement} */ (byId("person-form"));
    const name = /** @type {HTMLInputElement} */ (byId("person-name"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!name.value.trim()) return;
      this.dialog.close();
      this.toggle(false);
      void this.session.addPerson(name.value.trim(), select.value);
    });
    byId("person-cancel").addEventListener("click", () => this.dialog.close());
  }

  askForPerson() {
    /** @type {HTMLInputElement} */ (byId("person-name")).value = "";
    this.dialog.showModal();
  }
}
