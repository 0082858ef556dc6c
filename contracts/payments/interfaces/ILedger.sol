// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC6909Metadata, IERC6909TokenSupply} from "@openzeppelin/contracts/interfaces/IERC6909.sol";

/**
 * @title ILedger
 * @notice Holds the ERC-20 tokens of every module and every user, and tracks who may take out what as ERC-6909 claims.
 * @dev A token's claims have the id `uint256(uint160(token))` (see `TokenId`); a larger id belongs to no token.
 *
 * One claim pays one token unit as long as the Ledger holds the claims in circulation (LG-1), which it always does for a
 * token whose balances change only by what its transfers move. If a token breaks that rule, the claims on it share what
 * is left, and no claim on another token is touched. Tokens that reach the Ledger without a deposit belong to nobody;
 * they stay there and make up for later losses.
 *
 * Nobody owns, pauses or lists anything here. Claims move by the rules of ERC-6909, without any call to a token.
 *
 * A deposit or a withdrawal emits the ERC-6909 {Transfer} of the claims it creates or burns, beside the token's own event.
 * Both create claims after, and burn them before, the tokens move: whoever looks in between never sees more claims than
 * tokens.
 */
interface ILedger is IERC6909Metadata, IERC6909TokenSupply {
    /// @notice The address does not answer a balance query as a token does.
    error LedgerInvalidToken(address token);

    /// @notice The Ledger holds less of the token than is claimed, so a depositor would share a loss made before.
    error LedgerTokenShort(address token, uint256 held, uint256 claimed);

    /// @notice The transfer of `amount` left the Ledger with no more of the token than before.
    error LedgerNothingReceived(address token, uint256 amount);

    /// @notice Burning `amount` claims would pay nothing.
    error LedgerNothingSent(address token, uint256 amount);

    /**
     * @notice Takes tokens from the caller and credits claims for what arrived.
     *
     * @dev Emits a {Transfer} from the zero address. Upholds LG-1 and LG-2.
     *
     * Requirements:
     * - no other deposit or withdrawal is under way, of whichever token;
     * - `token` has code and answers `balanceOf`;
     * - the Ledger holds at least as much of `token` as is claimed;
     * - the caller has allowed the Ledger `amount` of `token`;
     * - something arrives, so `amount` is not zero;
     * - `to` is neither the zero address nor the Ledger.
     *
     * @param token The ERC-20 token.
     * @param amount The amount to take from the caller, in token units.
     * @param to The account that gets the claims.
     * @return claims The claims credited: the measured change of the Ledger's balance, in token units.
     */
    function deposit(address token, uint256 amount, address to) external returns (uint256 claims);

    /**
     * @notice Like {deposit}, with the allowance given by the caller's ERC-2612 signature.
     *
     * @dev The outcome of the permit itself is ignored: whoever sends the signature first, or once more, blocks nothing as
     * long as the allowance suffices. Emits a {Transfer} from the zero address. Upholds LG-1 and LG-2.
     *
     * Requirements: those of {deposit}.
     *
     * @param token The ERC-20 token, with ERC-2612 permit.
     * @param amount The amount to take from the caller and the value of the permit, in token units.
     * @param to The account that gets the claims.
     * @param deadline The last second at which the permit is valid.
     * @param v The recovery byte of the caller's signature.
     * @param r The first word of the caller's signature.
     * @param s The second word of the caller's signature.
     * @return claims The claims credited: the measured change of the Ledger's balance, in token units.
     */
    function depositWithPermit(
        address token,
        uint256 amount,
        address to,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (uint256 claims);

    /**
     * @notice Burns claims of the caller and sends the tokens they stand for.
     *
     * @dev If the Ledger holds less of the token than is claimed, the claims are paid pro rata:
     * `amount × held / claimed`, rounded down, so that what is left for each of the other claims never falls.
     * Emits a {Transfer} to the zero address. Upholds LG-1, LG-2 and LG-3.
     *
     * Requirements:
     * - no other deposit or withdrawal is under way, of whichever token;
     * - the caller has at least `amount` claims;
     * - `token` answers `balanceOf`;
     * - something is sent, so `amount` is not zero, and claims are never burned for nothing;
     * - `to` is neither the zero address nor the Ledger.
     *
     * @param token The ERC-20 token.
     * @param amount The claims to burn, in token units.
     * @param to The account that gets the tokens.
     * @return sent The amount handed to the token for transfer, in token units; a token that takes a fee delivers less.
     */
    function withdraw(address token, uint256 amount, address to) external returns (uint256 sent);
}
