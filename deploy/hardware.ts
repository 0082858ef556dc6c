import { encodeBytes32String } from "ethers";

/** The classes of hardware that loans can be drawn on at first, as registrations of GPUs name them. */
export const HARDWARE_CLASSES = (["h100", "h200"] as const).map((name) => ({
  name,
  word: encodeBytes32String(name),
}));
