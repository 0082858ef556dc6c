// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC6909} from "@openzeppelin/contracts/interfaces/IERC6909.sol";

import {Window} from "../types/Window.sol";

/**
 * @title IVaultExits
 * @notice How stakers leave a vault: by windows of 21 days, all that leave in one at one price.
 *
 * @dev A request joins the window that starts next, and can be taken back until then. It is an ERC-6909 token whose id is
 * the window's number, the time in seconds divided by the length of a window; so a claim on a window can be sold like any
 * other token. Shares that were asked for bear losses like all others until the window is settled: after its end, once no
 * job of the vault is frozen, at the latest 20 days later. A window is longer than the time from a delivery to the last
 * word about it, so who leaves cannot leave a loss behind that it sees coming.
 *
 * The price is the lower of those at the window's start, which the first call in the window takes down, and at settlement.
 * One call settles a window, however many asked. What is settled is held as claims that nobody may pull. Where less than
 * that is at hand, what there is is paid in proportion, and the rest leaves in the window after it.
 *
 * The interface is that of ERC-7540 redeem requests, with these differences, which follow from one price for all and from
 * tokens for each window: what can be claimed is claimed by window ({claimRedeem}), {IERC4626-redeem} and
 * {IERC4626-withdraw} always revert; a request can be cancelled before its window starts; and a claim may give a request
 * for the next window beside the assets.
 */
interface IVaultExits is IERC6909 {
    /// @notice `sender` asked, for `controller`, to redeem `shares` of `owner` in window `requestId`.
    event RedeemRequest(
        address indexed controller,
        address indexed owner,
        uint256 indexed requestId,
        address sender,
        uint256 shares
    );

    /// @notice `controller` took `shares` back before their window started.
    event RedeemCancelled(address indexed controller, uint256 indexed requestId, address receiver, uint256 shares);

    /// @notice `assets` payment-token units are owed for `shares` of a window; `rolled` shares leave in the next.
    event WindowSettled(uint256 indexed requestId, uint256 shares, uint256 assets, uint256 rolled);

    /// @notice `controller` got `assets` payment-token units for `shares` of a window, and `rolled` of the next.
    event RedeemClaimed(
        address indexed controller,
        uint256 indexed requestId,
        address receiver,
        uint256 shares,
        uint256 assets,
        uint256 rolled
    );

    /// @notice A request, a cancellation or a claim of no shares.
    error ExitsNothing();

    /// @notice The window has started, so that nothing can be taken back from it.
    error ExitsStarted(uint256 requestId, uint256 startedAt);

    /// @notice The window is not settled.
    error ExitsNotSettled(uint256 requestId);

    /// @notice No window waits to be settled.
    error ExitsNoneWaiting();

    /// @notice The window lasts until `endsAt`, in seconds.
    error ExitsNotEnded(uint256 requestId, uint256 endsAt);

    /// @notice A vote may give back what stakers lost, before `until`, in seconds; who leaves has a part in it.
    error ExitsLossPending(uint256 requestId, uint256 until);

    /// @notice A job of the vault is frozen; the window waits for it, at the latest until `settleableAt`, in seconds.
    error ExitsFrozen(uint256 requestId, uint256 settleableAt);

    /**
     * @notice Asks to redeem shares in the window that starts next.
     * @dev Emits {RedeemRequest}. Requirements: the caller is `owner`, an operator of `owner`, or spends an allowance on its
     * shares; `owner` has them; they are not zero.
     * @param shares Vault shares.
     * @param controller Who gets the tokens of the window.
     * @param owner Whose shares leave.
     * @return requestId The window.
     */
    function requestRedeem(uint256 shares, address controller, address owner) external returns (uint256 requestId);

    /**
     * @notice Takes shares back that leave in a window which has not started.
     * @dev Emits {RedeemCancelled}. Requirements: the caller is `controller`, an operator of it, or spends an allowance on
     * its tokens of the window; the window has not started.
     */
    function cancelRedeem(uint256 requestId, uint256 shares, address receiver, address controller) external;

    /**
     * @notice Settles the oldest window that waits; anyone may call.
     * @dev Emits {WindowSettled}. Requirements: it ended, and no job of the vault is frozen or 20 days passed since.
     * @return requestId The window.
     */
    function settleWindow() external returns (uint256 requestId);

    /**
     * @notice Pays what is owed for shares of a settled window.
     * @dev Emits {RedeemClaimed} and {IERC4626-Withdraw}. All claims of a window together pay what was settled, to the unit.
     * Requirements: those of {cancelRedeem} on the caller; the window is settled.
     * @param requestId The window.
     * @param shares Tokens of the window.
     * @param receiver Who gets claims in the Ledger, and tokens of the next window if this one could not be paid in full.
     * @param controller Whose tokens.
     * @return assets Payment-token units, rounded down.
     * @return rolled Shares that leave in the next window.
     */
    function claimRedeem(
        uint256 requestId,
        uint256 shares,
        address receiver,
        address controller
    ) external returns (uint256 assets, uint256 rolled);

    /// @notice The shares that `controller` asked for in a window that is not settled.
    function pendingRedeemRequest(uint256 requestId, address controller) external view returns (uint256 shares);

    /// @notice The shares of `controller` in a settled window, which it can claim.
    function claimableRedeemRequest(uint256 requestId, address controller) external view returns (uint256 shares);

    /// @notice A window; the price at its start is all zero until the first call in it.
    function windowOf(uint256 requestId) external view returns (Window memory window);

    /// @notice The window that time is in, the oldest that waits to be settled (0 if none does), and the shares that wait.
    function windows() external view returns (uint256 current, uint256 oldest, uint256 waitingShares);
}
