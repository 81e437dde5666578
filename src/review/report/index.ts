export { REPORT_FORMATS, type RenderOptions, type ReportFormat, render } from './render.ts';
