import "./style/tokens.css";
import "./style/frame.css";
import "./style/parts.css";
import "./style/pages.css";
import "./live/theme";
import { render } from "preact";
import { Frame } from "./frame";
import { look } from "./live/session";

const root = document.getElementById("page");
if (root !== null) render(<Frame />, root);
void look();
