// Round pictures with initials, in the colour that belongs to an id.

import { h } from "./dom.js";
import { initials, tint } from "./format.js";

/**
 * @param {number} id
 * @param {string} name
 * @param {string} [extra]  further classes
 */
export const avatar = (id, name, extra = "") =>
  h("span", { class: `avatar ${extra}`, "data-tint": tint(id), "aria-hidden": "true" }, initials(name));
