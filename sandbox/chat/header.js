// The chat's title bar, the notices below it, and every fixed text of the page.

import { avatar } from "./avatar.js";
import { byId } from "./dom.js";
import { fullName } from "./format.js";
import { icon } from "./icons.js";
import { count, fill } from "./strings.js";

/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./icons.js").IconName} IconName */

export class Header {
  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    for (const element of document.querySelectorAll("[data-icon]")) {
      element.prepend(icon(/** @type {IconName} */ (element.getAttribute("data-icon"))));
    }
    store.on(["selection", "world", "status"], () => this.render());
  }

  render() {
    const { store } = this;
    const { t, chat, person } = store;
    this.translate();
    const title = store.titleOf(chat);
    document.title = title ? `${title} · ${t.appTitle}` : t.appTitle;
    byId("chat-title").textContent = title;
    const isBot = chat.type === "private";
    byId("chat-avatar").replaceChildren(avatar(isBot ? store.world.bot.id : chat.id, title));
    this.renderSubtitle();
    const rights = byId("bot-rights");
    const may = chat.sandbox?.bot_posts === true;
    rights.hidden = !store.leads();
    rights.setAttribute("aria-pressed", String(may));
    rights.setAttribute("aria-label", may ? t.takeRights : t.giveRights);
    rights.title = may ? t.takeRights : t.giveRights;
    if (person) {
      const name = fullName(person);
      byId("me").replaceChildren(avatar(person.id, name, "small"));
      byId("me").title = fill(t.you, { name });
      byId("me").setAttribute("aria-label", fill(t.you, { name }));
    }
    byId("offline").hidden = store.connected;
    byId("quiet").hidden = !store.current.quiet || !store.connected;
  }

  renderSubtitle() {
    const { t, chat, current } = this.store;
    const acting = byId("typing");
    const subtitle = byId("chat-subtitle");
    const members = chat.members?.length ?? 0;
    acting.hidden = current.action === null;
    subtitle.hidden = current.action !== null;
    byId("typing-text").textContent = current.action === null ? "" : this.actionText(current.action);
    if (chat.type === "private") subtitle.textContent = t.bot;
    else if (chat.type === "channel") subtitle.textContent = members ? count(t.subscribers, members) : t.channel;
    else subtitle.textContent = members ? count(t.members, members) : t.group;
    const silenced = chat.type !== "private" && chat.sandbox?.bot_posts === false;
    if (silenced) subtitle.textContent += ` · ${t.botSilenced}`;
  }

  /** @param {string} action */
  actionText(action) {
    const { t } = this.store;
    if (action === "typing") return t.typing;
    if (action === "upload_photo") return t.sendingPhoto;
    if (action === "upload_document") return t.sendingFile;
    return t.choosing;
  }

  /** Fixed texts carry their key in `data-t`, labels in `data-t-label`, hints in `data-t-hint`. */
  translate() {
    const { t, language } = this.store;
    const texts = /** @type {Record<string, any>} */ (t);
    document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
    for (const element of document.querySelectorAll("[data-t]")) {
      element.textContent = texts[element.getAttribute("data-t") ?? ""];
    }
    for (const element of document.querySelectorAll("[data-t-label]")) {
      element.setAttribute("aria-label", texts[element.getAttribute("data-t-label") ?? ""]);
    }
    for (const element of document.querySelectorAll("[data-t-hint]")) {
      element.setAttribute("placeholder", texts[element.getAttribute("data-t-hint") ?? ""]);
    }
  }
}
