// Loaded before the first paint: the chosen theme, and the mark that script runs.
(function () {
  var root = document.documentElement;
  root.dataset.script = "on";
  try {
    var choice = window.localStorage.getItem("onpanel-theme");
    if (choice === "light" || choice === "dark") root.dataset.theme = choice;
  } catch (error) {
    // Storage is refused: the device's own theme stays.
  }
})();
