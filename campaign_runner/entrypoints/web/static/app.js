// What pages do besides being read: nothing here is needed to use them.
"use strict";
// Times are said on the clock of whoever says them, until they choose another place.
document.addEventListener("DOMContentLoaded", () => {
  const zone = document.getElementById("zone");
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && zone.value === "UTC" && [...zone.options].some((option) => option.value === here)) zone.value = here;
});
