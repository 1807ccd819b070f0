// Choosing what to send: files from the device, the clipboard or a drag, looked over before sending.

import { byId, h } from "./dom.js";
import { size } from "./format.js";
import { icon } from "./icons.js";
import { count, fill } from "./strings.js";

/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./types.js").SendAs} SendAs */

const ALBUM_LIMIT = 10;

export class Attach {
  /**
   * @param {Store} store
   * @param {Session} session
   * @param {() => void} openSamples
   */
  constructor(store, session, openSamples) {
    this.store = store;
    this.session = session;
    this.menu = byId("attach-menu");
    this.button = byId("attach");
    this.dialog = /** @type {HTMLDialogElement} */ (byId("stage"));
    this.caption = /** @type {HTMLInputElement} */ (byId("stage-caption"));
    this.photoInput = /** @type {HTMLInputElement} */ (byId("photo-input"));
    this.fileInput = /** @type {HTMLInputElement} */ (byId("file-input"));
    /** @type {{file: File, url: string, picture: boolean}[]} */
    this.staged = [];
    this.listenToMenu(openSamples);
    this.listenToDrags();
    document.addEventListener("paste", (event) => this.pasted(event));
    byId("stage-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    byId("stage-more").addEventListener("click", () => this.fileInput.click());
    byId("stage-cancel").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => this.clear());
  }

  /** @param {() => void} openSamples */
  listenToMenu(openSamples) {
    this.button.addEventListener("click", () => this.toggle(this.menu.hidden !== false));
    byId("pick-photo").addEventListener("click", () => this.photoInput.click());
    byId("pick-file").addEventListener("click", () => this.fileInput.click());
    byId("pick-sample").addEventListener("click", openSamples);
    this.menu.addEventListener("click", () => this.toggle(false));
    this.menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      this.toggle(false);
      this.button.focus();
    });
    document.addEventListener("pointerdown", (event) => {
      const target = /** @type {Node} */ (event.target);
      if (!this.menu.contains(target) && !this.button.contains(target)) this.toggle(false);
    });
    for (const input of [this.photoInput, this.fileInput]) {
      input.addEventListener("change", () => {
        const as = input === this.photoInput || this.dialog.open ? undefined : "document";
        void this.stage([...(input.files ?? [])], as);
        input.value = "";
      });
    }
  }

  /** @param {boolean} open */
  toggle(open) {
    this.menu.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (open) byId("pick-sample").focus();
  }

  listenToDrags() {
    const zone = byId("conversation");
    const veil = byId("drop-veil");
    const carriesFiles = (/** @type {DragEvent} */ event) =>
      event.dataTransfer?.types.includes("Files") && !byId("composer-form").hidden;
    zone.addEventListener("dragover", (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      veil.hidden = false;
    });
    zone.addEventListener("dragleave", (event) => {
      if (!zone.contains(/** @type {Node|null} */ (event.relatedTarget))) veil.hidden = true;
    });
    zone.addEventListener("drop", (event) => {
      veil.hidden = true;
      if (!carriesFiles(event)) return;
      event.preventDefault();
      void this.stage([...(event.dataTransfer?.files ?? [])]);
    });
  }

  /** @param {ClipboardEvent} event */
  pasted(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || byId("composer-form").hidden) return;
    event.preventDefault();
    void this.stage(files);
  }

  /**
   * @param {File[]} files
   * @param {SendAs} [as]  how to send them, where the person has already said so
   */
  async stage(files, as) {
    if (!files.length) return;
    const room = ALBUM_LIMIT - this.staged.length;
    if (files.length > room) this.session.overlays.toast(this.store.t.tooMany);
    for (const file of files.slice(0, room)) {
      const url = URL.createObjectURL(file);
      this.staged.push({ file, url, picture: await isPicture(file, url) });
    }
    if (as) this.choose(as);
    this.render();
    if (this.dialog.open) return;
    this.caption.value = this.store.draft.text;
    this.dialog.showModal();
    // On a phone the keyboard would hide the pictures that are to be looked over.
    if (matchMedia("(hover: hover)").matches) this.caption.focus();
  }

  /** @param {SendAs} as */
  choose(as) {
    /** @type {HTMLInputElement} */ (byId(as === "photo" ? "stage-photo" : "stage-file")).checked = true;
  }

  render() {
    const { t } = this.store;
    const allPictures = this.staged.every((each) => each.picture);
    /** @type {HTMLInputElement} */ (byId("stage-photo")).disabled = !allPictures;
    if (!allPictures) this.choose("document");
    const label = count(t.sendFiles, this.staged.length);
    byId("stage-title").textContent = label;
    byId("stage-items").replaceChildren(
      ...this.staged.map((each) =>
        h(
          "li",
          { class: each.picture ? "staged" : "staged named" },
          each.picture
            ? h("img", { src: each.url, alt: each.file.name })
            : h("span", { class: "file-text" }, h("span", { class: "file-name" }, each.file.name), h("span", { class: "file-size" }, size(each.file.size))),
          h(
            "button",
            { type: "button", class: "remove", "aria-label": fill(t.remove, { name: each.file.name }), onclick: () => this.remove(each) },
            icon("close"),
          ),
        ),
      ),
    );
  }

  /** @param {{file: File, url: string, picture: boolean}} item */
  remove(item) {
    URL.revokeObjectURL(item.url);
    this.staged = this.staged.filter((each) => each !== item);
    if (this.staged.length) this.render();
    else this.dialog.close();
  }

  send() {
    const asPhoto = /** @type {HTMLInputElement} */ (byId("stage-photo")).checked;
    const files = this.staged.map((each) => each.file);
    this.session.outbox.files(files, this.caption.value.trim(), asPhoto ? "photo" : "document");
    const field = /** @type {HTMLTextAreaElement} */ (byId("composer"));
    field.value = "";
    field.dispatchEvent(new Event("input"));
    this.dialog.close();
  }

  clear() {
    for (const { url } of this.staged) URL.revokeObjectURL(url);
    this.staged = [];
    this.choose("photo");
    byId("composer").focus();
  }
}

/**
 * Whether this browser can show the file; what it cannot show it sends as a file.
 * @param {File} file
 * @param {string} url
 */
async function isPicture(file, url) {
  if (!file.type.startsWith("image/")) return false;
  const image = new Image();
  image.src = url;
  return image.decode().then(
    () => true,
    () => false,
  );
}
