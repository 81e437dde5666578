export type { InspectorSource } from './feed.ts';
export { createInspectorSocket, INSPECTOR_PATH } from './web-socket.ts';
