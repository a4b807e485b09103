// Before the first paint, so that a page in the dark does not flash.
try {
  const theme = localStorage.getItem("papertape:theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Without storage the system's choice stands.
}
