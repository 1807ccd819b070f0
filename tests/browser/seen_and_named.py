"""What a page's own script finds hard to read, or without a name."""

# Contrast by WCAG 2: each text against the nearest opaque ground below it.
CONTRAST = """() => {
  const parse = (text) => {
    const [r, g, b, a = 1] = (text.match(/[\\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
    return { r, g, b, a };
  };
  const over = (top, under) => {
    const mix = (x, y) => x * top.a + y * (1 - top.a);
    return { r: mix(top.r, under.r), g: mix(top.g, under.g), b: mix(top.b, under.b), a: 1 };
  };
  const ground = (element) => {
    if (!element) return { r: 255, g: 255, b: 255, a: 1 };
    const style = getComputedStyle(element);
    const image = style.backgroundImage.match(/rgba?\\([^)]+\\)/);
    const own = image && parse(style.backgroundColor).a === 0
      ? parse(image[0]) : parse(style.backgroundColor);
    return own.a === 1 ? own : over(own, ground(element.parentElement));
  };
  const channel = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ({ r, g, b }) =>
    0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const poor = [];
  let seen = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.nodeValue.trim() || !element.checkVisibility({
      checkOpacity: true, checkVisibilityCSS: true })) continue;
    if (element.closest(".hidden, .spoiler-text, script")) continue;
    const below = ground(element);
    const [a, b] = [light(over(parse(getComputedStyle(element).color), below)), light(below)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    seen += 1;
    if (ratio < 4.5) poor.push([walker.currentNode.nodeValue, element.className, ratio]);
  }
  return { seen, poor };
}"""


NAMELESS = """() => [...document.querySelectorAll("button, input, textarea, select")]
  .filter((e) => !e.hidden)
  .filter((e) => !(e.ariaLabel || e.textContent.trim() || e.labels?.length))
  .filter((e) => !e.querySelector("img[alt]:not([alt=''])"))
  .map((e) => e.outerHTML)"""
