/** What to do about a revert, and whether the same call may work later. */
export interface Advice {
  readonly hint: string;
  readonly retryable?: boolean;
}

const RELOAD = "the job changed or ended: read it again with getJob";

/** Advice for the errors that callers meet most. */
export const ADVICE: Readonly<Record<string, Advice>> = {
  JobsStale: { hint: RELOAD },
  JobsWrongStatus: { hint: "the call fits another state of the job: look at its status" },
  JobsUnauthorized: { hint: "call from the account that the job names for this" },
  JobEscrowTooLate: { hint: "the deadline is over; only expireJob is left" },
  JobEscrowNotExpired: { hint: "wait until the deadline is over", retryable: true },
  JobEscrowContestable: {
    hint: "wait until the window is over; then unfreeze the job if it is frozen and no game is live",
    retryable: true,
  },
  JobEscrowPriceSpent: { hint: "the price is paid or refunded; nothing is left to approve" },
  JobEscrowInvalidApproval: { hint: "let the client sign this output root and number of units" },
  JobEscrowInvalidUnits: { hint: "deliver at least one unit and at most those asked" },
  DemandsPending: { hint: "show the output, or wait until the demand lapses", retryable: true },
  DemandsNotPending: { hint: "the demand was answered or lapsed" },
  DemandsClosed: { hint: "demand an output before the window ends and before approval" },
  DemandsTooEarly: { hint: "wait until the answer time is over", retryable: true },
  DemandsTooLate: { hint: "the answer time is over; the demand can only lapse" },
  DemandsWrongOpening: { hint: "open the tensors that were delivered, in their order" },
  VerdictsHold: { hint: "held bonds are released after, and restored within, 30 days" },
  OrdersExpired: { hint: "ask the maker for an order with a later expiry" },
  OrdersNonceUsed: { hint: "the order was cancelled or filled; ask for one with a new nonce" },
  OrdersInvalidNonce: { hint: "sign orders with a nonce; give the caller's own order nonce 0" },
  OrdersInvalidSignature: {
    hint: "sign for this chain and order book, by the maker or its delegate",
  },
  OrdersUnsigned: { hint: "bring the maker's signature, or call from the maker" },
  OrdersNotDelegated: { hint: "let the maker delegate this side and token with setDelegation" },
  OrdersCapExceeded: { hint: "let the maker raise the cap with setDelegation" },
  OrdersUnitsExceeded: { hint: "ask for fewer units, or use another ask" },
  OrderBookNotOpen: { hint: "fill from one of the makers, or use orders open to third parties" },
  OrderBookPriceTooHigh: { hint: "raise the bid's highest price, or find a cheaper ask" },
  OrderBookUnitBondTooLow: { hint: "raise the ask's bond, or lower what the bid wants" },
  OrderBookBondTooLow: { hint: "raise the ask's bond per unit" },
  OrderBookInvalidTurnaround: { hint: "the ask needs a turnaround within the bid's longest" },
  OrderBookNotOperator: { hint: "register the GPU, or let its owner name the provider operator" },
  OrderBookProviderUnnamed: { hint: "without a verifier, name the provider in the bid" },
  OrderBookClassTooShort: { hint: "use a slower terms class, or fewer units" },
  OrderBookFastPriceTooHigh: { hint: "use a slower terms class, or fewer units" },
  OrderBookVerifierUnnamed: { hint: "an ask on a stake names a verifier" },
  OrderBookNotMirrored: { hint: "asks on a stake sell models that governance listed as mirrored" },
  StakesTooLow: { hint: "stake more, or wait until bonds come back", retryable: true },
  StakesRentTooHigh: { hint: "ask a higher price, or bond less" },
  StakesPriceTooHigh: { hint: "bond at least ten times the price" },
  MarketTermsNotListed: { hint: "use a listed pair of token and verifier" },
  MarketTermsEntriesPaused: {
    hint: "new jobs are paused; wait until the pause ends",
    retryable: true,
  },
  ERC6909InsufficientBalance: { hint: "deposit more of the token with deposit", retryable: true },
  ERC6909InsufficientAllowance: {
    hint: "let the escrow, or the verifier, pull claims with allowModule",
  },
  ERC20InsufficientAllowance: { hint: "approve the Ledger in the token first" },
  ERC20InsufficientBalance: { hint: "the account has too few tokens", retryable: true },
  LedgerInvalidToken: { hint: "this address is no token on this chain" },
  LedgerTokenShort: { hint: "the token lost value in the Ledger; deposits of it are refused" },
  GpuRegistryDeviceTaken: { hint: "a device key registers once; retired keys stay taken" },
  GpuRegistryWrongSigner: { hint: "sign with the device key, for the account that registers" },
  ModelRegistryModelTaken: { hint: "the program is registered already; use its model id" },
  ModelRegistryDraftMismatch: { hint: "another registration replaced the draft: start again" },
  GamesStale: { hint: "the game went on or ended: read it again with getGame" },
  GamesTooLate: { hint: "the challenger's time is over; only resolveGame is left" },
  GamesUnauthorized: { hint: "call from the challenger, or bring its signature of this move" },
  GamesWrongStage: { hint: "the move is for another tree: look at the game's stage" },
  GamesWrongDescent: { hint: "begin at the game's current node" },
  GamesWrongTrace: { hint: "bring the trace of the game's unit: read it with getTrace" },
  TracesForeignJob: { hint: RELOAD },
  TracesUnauthorized: { hint: "call from the job's worker, or bring its signature of this trace" },
  TracesCommitted: { hint: "the unit has a trace: read it with getTrace" },
  OptimisticVerifierTooLate: { hint: "the window is over: nothing can contest this delivery" },
  OptimisticVerifierUnknownModel: { hint: "no registered program stands behind the model id" },
  OptimisticVerifierBondTooHigh: {
    hint: "post what getChallengeBond says, or wait until other games are over",
  },
  OptimisticVerifierTooEarly: {
    hint: "the job stays frozen until its window is over",
    retryable: true,
  },
  OptimisticVerifierLiveGames: {
    hint: "after the window, the last game that ends unfreezes the job",
    retryable: true,
  },
  OptimisticVerifierUndecided: {
    hint: "wait for a move that decides the game, or until a side is out of time",
    retryable: true,
  },
  OptimisticVerifierDecided: { hint: "end the game with resolveGame" },
  AccessManagedUnauthorized: { hint: "only an account with the role of this function may call" },
};
