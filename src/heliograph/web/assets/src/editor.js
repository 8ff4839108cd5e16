import { mountEditor } from "./editor/mount.js";

const form = document.querySelector("form[data-editor]");
if (form) mountEditor(form);
