declare module 'fs-native-extensions' {
  /** Exchanges the files of two names in one step (renameat2, renamex_np). */
  export function swap(from: string, to: string): Promise<void>;
}
