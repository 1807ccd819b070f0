// Building elements without markup strings: whatever a bot writes stays text.

/** @typedef {Node|string|number|null|undefined|false} Child */

/**
 * Create an element. `on*` keys become listeners, `style` goes through CSSOM (a style attribute
 * would be refused by the content security policy), `true` sets an empty attribute, and false,
 * null and undefined set none.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [props]
 * @param {...(Child|Child[])} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") {
      for (const [key, text] of Object.entries(value)) element.style.setProperty(key, String(text));
    } else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

/**
 * @param {Element|DocumentFragment} parent
 * @param {(Child|Child[])[]} children
 */
export function append(parent, children) {
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    parent.append(child instanceof Node ? child : String(child));
  }
}

/**
 * The page's own fixed element with this id.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html lacks #${id}`);
  return element;
}

/**
 * Make `current` look like `next` while keeping its nodes, so that focus, loaded pictures and
 * what a person has unfolded survive an edit. An element with a `data-ui-*` attribute has been
 * opened by the person and keeps its attributes.
 *
 * @param {Element} current
 * @param {Element} next
 */
export function morph(current, next) {
  if (current.isEqualNode(next)) return;
  if (![...current.attributes].some(({ name }) => name.startsWith("data-ui-"))) {
    morphAttributes(current, next);
  }
  morphChildren(current, next);
}

/**
 * Replace what an element holds, in the way of `morph`.
 * @param {Element} host
 * @param {Child[]} children
 */
export function redraw(host, children) {
  const wanted = document.createElement(host.localName);
  append(wanted, children);
  morphChildren(host, wanted);
}

/**
 * @param {Element} current
 * @param {Element} next
 */
function morphAttributes(current, next) {
  for (const { name } of [...current.attributes]) {
    if (!next.hasAttribute(name)) current.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (name !== "style" && current.getAttribute(name) !== value) current.setAttribute(name, value);
  }
  if (current instanceof HTMLElement && next instanceof HTMLElement) {
    if (current.style.cssText !== next.style.cssText) current.style.cssText = next.style.cssText;
  }
}

/**
 * @param {Element} current
 * @param {Element} next
 */
function morphChildren(current, next) {
  const wanted = [...next.childNodes];
  wanted.forEach((node, index) => {
    const have = current.childNodes[index];
    if (!have) current.append(node);
    else if (!sameKind(have, node)) have.replaceWith(node);
    else if (have instanceof Element && node instanceof Element) morph(have, node);
    else if (have.nodeValue !== node.nodeValue) have.nodeValue = node.nodeValue;
  });
  while (current.childNodes.length > wanted.length) current.lastChild?.remove();
}

/**
 * @param {Node} a
 * @param {Node} b
 */
function sameKind(a, b) {
  if (a.nodeName !== b.nodeName) return false;
  if (!(a instanceof Element) || !(b instanceof Element)) return true;
  return a.getAttribute("data-part") === b.getAttribute("data-part");
}
