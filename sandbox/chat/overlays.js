// What appears above the chat: toasts, alerts, an enlarged picture.

import { byId, h } from "./dom.js";

/** @typedef {import("./store.js").Store} Store */

const TOAST_MS = 3200;
const MS_PER_CHARACTER = 45;

export class Overlays {
  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    this.toastBox = byId("toast");
    this.alertBox = /** @type {HTMLDialogElement} */ (byId("alert"));
    this.lightbox = /** @type {HTMLDialogElement} */ (byId("lightbox"));
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.toastTimer = undefined;
    byId("alert-ok").addEventListener("click", () => this.alertBox.close());
    this.lightbox.addEventListener("click", () => this.lightbox.close());
  }

  /** @param {string} text */
  toast(text) {
    clearTimeout(this.toastTimer);
    this.toastBox.replaceChildren(h("p", { class: "toast", "data-testid": "toast" }, text));
    const duration = TOAST_MS + text.length * MS_PER_CHARACTER;
    this.toastTimer = setTimeout(() => this.toastBox.replaceChildren(), duration);
  }

  /** @param {string} text */
  alert(text) {
    byId("alert-text").textContent = text;
    byId("alert-link").hidden = true;
    if (!this.alertBox.open) this.alertBox.showModal();
  }

  /**
   * A page that opens without a click of its own would be blocked, so the person is asked.
   * @param {string} url
   */
  offerLink(url) {
    this.alert(url);
    const link = byId("alert-link");
    link.hidden = false;
    link.setAttribute("href", url);
    link.textContent = this.store.t.openLink;
  }

  /**
   * @param {string} url
   * @param {string} alt
   * @param {string} caption
   */
  enlarge(url, alt, caption) {
    const image = byId("lightbox-image");
    image.setAttribute("src", url);
    image.setAttribute("alt", alt);
    byId("lightbox-caption").textContent = caption;
    if (!this.lightbox.open) this.lightbox.showModal();
  }

  /**
   * The clipboard API exists only on secure origins; a phone on the local network has none.
   * @param {string} text
   */
  async copy(text) {
    let copied = copyBySelection(text);
    if (navigator.clipboard) {
      copied = await navigator.clipboard.writeText(text).then(
        () => true,
        () => copied,
      );
    }
    this.toast(copied ? `${this.store.t.copied}: ${text}` : this.store.t.copyFailed);
  }
}

/** @param {string} text */
function copyBySelection(text) {
  const focused = document.activeElement;
  const area = h("textarea", { class: "hidden", "aria-hidden": "true", tabindex: -1 });
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return copied;
}
