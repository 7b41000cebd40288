// The controls of an experiment, for who does not see them: each has its name, and what a
// move has changed is said.
const REST = 400;  // ms without a move, so that a run that plays is not read out picture by picture

function name(frame) {
  for (const slider of frame.querySelectorAll(".widget-hslider")) {
    const [label, readout] = [".widget-label", ".widget-readout"].map((s) => slider.querySelector(s));
    const handle = slider.querySelector(".noUi-handle");
    if (!handle || !label) continue;
    set(handle, "aria-label", label.textContent);
    if (readout) {
      set(handle, "aria-valuetext", readout.textContent);
      if (readout.isContentEditable) {
        set(readout, "role", "textbox");
        set(readout, "aria-label", `${label.textContent}, as a number`);
      }
    }
  }
  for (const group of frame.querySelectorAll(".widget-toggle-buttons")) {
    set(group, "role", "group");
    set(group, "aria-label", group.querySelector(".widget-label")?.textContent ?? "");
  }
  for (const button of frame.querySelectorAll(".widget-toggle-button"))
    set(button, "aria-pressed", String(button.classList.contains("mod-active")));
}

function set(element, attribute, value) {
  if (element.getAttribute(attribute) !== value) element.setAttribute(attribute, value);
}

const sentence = (frame) =>
  [...frame.querySelectorAll("figcaption")].filter((e) => e.offsetParent).map((e) => e.textContent).join(" ");

for (const frame of document.querySelectorAll(".experiment")) {
  const said = document.createElement("p");
  said.className = "experiment-said";
  said.role = "status";
  frame.append(said);
  let before = sentence(frame), waiting;
  const look = () => {
    name(frame);
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const now = sentence(frame);
      if (now && now !== before) said.textContent = before = now;
    }, REST);
  };
  new MutationObserver(look).observe(frame.querySelector(".cell_output"), {
    childList: true, subtree: true, characterData: true,
    attributes: true, attributeFilter: ["class", "style"],
  });
  look();
}
