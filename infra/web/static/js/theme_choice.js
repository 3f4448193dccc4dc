// Light, dark or the device's own; kept in this browser. theme.js applies it before the next page is painted.

const KEY = "onpanel-theme";

export function startThemeChoice() {
  const buttons = [...document.querySelectorAll("[data-theme-choice]")];

  const show = () => {
    const now = document.documentElement.dataset.theme ?? "system";
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.themeChoice === now));
  };

  const choose = (choice) => {
    if (choice === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
    try {
      if (choice === "system") window.localStorage.removeItem(KEY);
      else window.localStorage.setItem(KEY, choice);
    } catch (error) {
      // Storage is refused: the choice holds for this page.
    }
    show();
  };

  for (const button of buttons) button.addEventListener("click", () => choose(button.dataset.themeChoice));
  show();
}
