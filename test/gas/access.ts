import { deployAccess, buy } from "../shared/accessMarket";
import { measure } from "./measure";
import type { Gas } from "./measure";

/** A licence bought by an account that bought one before, while another purchase is pending. */
export async function measureAccess(): Promise<[string, Gas][]> {
  const access = await deployAccess();
  await buy(access);
  return [["data.buy", await measure(buy(access))]];
}
