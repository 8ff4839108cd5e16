// On a narrow screen tabs scroll sideways; the one that is shown is brought into sight, and nothing else moves.
export function showCurrentTab() {
  for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
    const row = tab.closest(".tabs");
    const beyond = tab.offsetLeft + tab.offsetWidth - row.offsetLeft - row.clientWidth;
    if (beyond > 0) row.scrollLeft = beyond + row.clientWidth / 4;
  }
}
