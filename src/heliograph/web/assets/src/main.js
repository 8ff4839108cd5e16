import htmx from "htmx.org";
import "./css/main.css";
import { holdStill } from "./still.js";
import { closeMenus } from "./menus.js";
import { findByKey } from "./keys.js";
import { sidePanel } from "./panel.js";
import { sayWhyNoPasskey } from "./passkeys.js";
import { sayWhenPaused } from "./paused.js";
import { keepLive } from "./live.js";

window.htmx = htmx;
holdStill();
closeMenus();
sayWhenPaused();
keepLive();
findByKey();
sidePanel();
sayWhyNoPasskey();
