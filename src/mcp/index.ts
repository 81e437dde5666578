export { type BridgeOptions, bridgeStdio } from './bridge.ts';
export { createMcpFaces, type McpFaces, type McpFacesOptions } from './faces.ts';
export { type ReviewOnlyOptions, serveReviewOnly } from './review-only.ts';
