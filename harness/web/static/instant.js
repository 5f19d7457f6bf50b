// Forms with `data-instant` are sent as soon as a choice is made, without empty fields; without this script their button does it.
"use strict";

for (const form of document.querySelectorAll("form[data-instant]")) {
  for (const select of form.querySelectorAll("select")) select.addEventListener("change", () => form.requestSubmit());
  form.addEventListener("formdata", (event) => {
    const values = [...event.formData].filter(([, value]) => value !== "");
    for (const name of new Set([...event.formData.keys()])) event.formData.delete(name);
    for (const [name, value] of values) event.formData.append(name, value);
  });
}
