// Makes elements of the page; what they hold goes in as text.

export function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

export function link(href, text, className) {
  const made = element("a", className, text);
  made.href = href;
  return made;
}
