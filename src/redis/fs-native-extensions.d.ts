/** The part of fs-native-extensions that we use; the package ships no types. */
declare module 'fs-native-extensions' {
  /** A lock of the open file description: children that inherit the descriptor hold it too; it ends with the last of them. */
  export function tryLock(fd: number, options?: { shared?: boolean }): boolean;
  export function unlock(fd: number): void;
}
