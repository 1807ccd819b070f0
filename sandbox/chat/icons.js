// Line icons on a 24-unit grid, drawn in the current text colour.

const PATHS = {
  menu: ["M4 7h16", "M4 12h16", "M4 17h10"],
  people: ["M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Z", "M2.5 20c.6-3.6 3.2-5.5 6.5-5.5s5.9 1.9 6.5 5.5", "M16 4.3a3.5 3.5 0 0 1 0 6.4", "M18 14.8c2 .7 3.2 2.5 3.6 5.2"],
  attach: ["m20 11.5-8.3 8.3a5.3 5.3 0 0 1-7.5-7.5l8.6-8.6a3.5 3.5 0 0 1 5 5l-8.5 8.5a1.8 1.8 0 0 1-2.5-2.5l7.7-7.7"],
  send: ["M4.5 12 3.5 4.6 21 12 3.5 19.4l1-7.4Zm0 0H12"],
  down: ["m6 9.5 6 6 6-6"],
  close: ["m6 6 12 12", "M18 6 6 18"],
  reply: ["M10 6 4 11.5l6 5.5v-3.5c5 0 8 1.5 10 4.5-.5-5.5-4-9-10-9V6Z"],
  edit: ["m4.5 19.5 1-4.5L16 4.5l3.5 3.5L9 18.5l-4.5 1Z", "m13.5 7 3.5 3.5"],
  remove: ["M5 7h14", "M9 7V4.5h6V7", "M6.5 7l1 13h9l1-13", "M10 11v5.5", "M14 11v5.5"],
  rights: ["M12 3.5 5 6v5.5c0 4.3 2.9 7.6 7 9 4.1-1.4 7-4.7 7-9V6l-7-2.5Z", "m9 12 2.2 2.2L15.5 10"],
  photo: ["M4.5 5h15A1.5 1.5 0 0 1 21 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 17.5v-11A1.5 1.5 0 0 1 4.5 5Z", "m3.5 17 5-5.5 4 4 3-2.5 5 4.5", "M15.5 9.7h.01"],
  file: ["M13.5 3H7a1.5 1.5 0 0 0-1.5 1.5v15A1.5 1.5 0 0 0 7 21h10a1.5 1.5 0 0 0 1.5-1.5V8l-5-5Z", "M13.5 3v5h5"],
  sample: ["M4 8.5 12 4l8 4.5v7.5l-8 4.5-8-4.5V8.5Z", "m4 8.5 8 4.5 8-4.5", "M12 13v7.5"],
  plus: ["M12 5v14", "M5 12h14"],
  check: ["m5 12.5 4.5 4.5L19 7.5"],
  clock: ["M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17Z", "M12 7.5V12l3 2"],
  external: ["M8 16 16.5 7.5", "M9.5 7h7.5v7.5"],
  copy: ["M9 9h10.5v10.5H9V9Z", "M15 9V4.5H4.5V15H9"],
  warning: ["M12 4 2.8 19.5h18.4L12 4Z", "M12 10v4.5", "M12 17h.01"],
  shop: ["M4.5 10.5V20h15v-9.5", "M3.5 8 5.2 4h13.6l1.7 4c0 1.6-1.2 2.7-2.8 2.7S14.9 9.6 14.9 8c0 1.6-1.3 2.7-2.9 2.7S9.1 9.6 9.1 8c0 1.6-1.2 2.7-2.8 2.7S3.5 9.6 3.5 8Z", "M10 20v-5h4v5"],
  slash: ["M15 4.5 9 19.5"],
};

/** @typedef {keyof typeof PATHS} IconName */

/**
 * A decorative icon; the control that holds it carries the label.
 * @param {IconName} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  for (const data of PATHS[name]) {
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", data);
    svg.append(path);
  }
  return svg;
}
