/** Entry of the page. It plays broadcasts of the relay that serves it and shows that relay's figures; it changes nothing. */
import { render } from 'preact';
import { App } from './app.js';
import 'uplot/dist/uPlot.min.css';
import './page.css';

const root = document.getElementById('page');
if (root !== null) render(<App />, root);
