// The bot's commands: the whole list from the Menu button, a filtered one while typing "/".

import { byId, h, redraw } from "./dom.js";

/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./session.js").Session} Session */

export class Commands {
  /**
   * @param {Store} store
   * @param {Session} session
   */
  constructor(store, session) {
    this.store = store;
    this.session = session;
    this.field = /** @type {HTMLTextAreaElement} */ (byId("composer"));
    this.button = byId("menu");
    this.panel = byId("commands");
    this.openedByButton = false;
    this.button.addEventListener("click", () => this.toggle());
    this.field.addEventListener("input", () => {
      this.openedByButton = false;
      this.render();
    });
    this.field.addEventListener("keydown", (event) => this.fromField(event));
    this.panel.addEventListener("keydown", (event) => this.walk(event));
    this.panel.addEventListener("click", (event) => {
      const item = /** @type {Element} */ (event.target).closest("[data-command]");
      if (item) this.pick(item.getAttribute("data-command") ?? "");
    });
    document.addEventListener("pointerdown", (event) => {
      const target = /** @type {Node} */ (event.target);
      if (!this.panel.contains(target) && !this.button.contains(target)) this.close();
    });
    store.on(["status", "selection"], () => this.render());
  }

  toggle() {
    this.openedByButton = !this.openedByButton;
    this.render();
    if (!this.openedByButton) return;
    this.items()[0]?.focus();
    void this.session.loadCommands();
  }

  close() {
    this.openedByButton = false;
    this.panel.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
  }

  items() {
    return [...this.panel.querySelectorAll("button")];
  }

  render() {
    // Telegram offers no command menu in channels.
    const commands = this.store.chat.type === "channel" ? [] : this.store.commands;
    this.button.hidden = commands.length === 0;
    const typed = /^\/(\w*)$/.exec(this.field.value)?.[1];
    const prefix = this.openedByButton ? "" : typed?.toLowerCase();
    const shown =
      prefix === undefined ? [] : commands.filter((each) => each.command.startsWith(prefix));
    this.panel.hidden = shown.length === 0;
    this.button.setAttribute("aria-expanded", String(!this.panel.hidden));
    redraw(
      this.panel,
      shown.map(({ command, description }) =>
        h(
          "button",
          { type: "button", class: "command", "data-command": command, "data-testid": `command-${command}` },
          h("span", { class: "command-name" }, `/${command}`),
          h("span", { class: "command-text" }, description),
        ),
      ),
    );
  }

  /** @param {KeyboardEvent} event */
  fromField(event) {
    if (this.panel.hidden) return;
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      this.items().at(event.key === "ArrowUp" ? -1 : 0)?.focus();
    } else if (event.key === "Escape") this.close();
  }

  /** @param {KeyboardEvent} event */
  walk(event) {
    const items = this.items();
    const index = items.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    if (event.key === "ArrowDown") items[(index + 1) % items.length].focus();
    else if (event.key === "ArrowUp") items.at(index - 1)?.focus();
    else if (event.key === "Escape") {
      this.close();
      this.field.focus();
    } else return;
    event.preventDefault();
  }

  /** @param {string} command */
  pick(command) {
    const { store } = this;
    // Several bots may share a group, so Telegram's apps address the command.
    const address = store.chat.type === "private" ? "" : `@${store.world.bot.username ?? ""}`;
    if (/^\/\w*$/.test(this.field.value)) {
      this.field.value = "";
      store.draft.text = "";
    }
    this.close();
    this.session.outbox.text(`/${command}${address}`);
    this.field.focus();
  }
}
