// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";

import {Job} from "../../compute/types/Job.sol";
import {JobId} from "../../compute/types/JobId.sol";
import {IJuniorAccount} from "./IJuniorAccount.sol";
import {IVaultBooks} from "./IVaultBooks.sol";
import {IVaultExits} from "./IVaultExits.sol";

/**
 * @title IStakeVault
 * @notice A provider that many people own: stakers' money bonds the jobs that one operator takes, and earns rent for it.
 *
 * @dev Shares are ERC-4626 over claims in the Ledger; {asset} is the payment token, and tokens or claims can be deposited.
 * Who leaves does so by windows, see {IVaultExits}. The vault's claims are pulled by nobody: what bonds jobs is staked in the
 * escrow, at most ten times the junior, and the operator, as a delegate there, can sign asks whose bonds come out of that
 * stake, and nothing else. The vault answers no ERC-1271 question.
 *
 * A job of the vault must pay at least the rent that its bond owes for turnaround and window at the vault's rate. The rent
 * for the time that the bond was locked is the stakers'; all else that the vault is paid is the junior's, see {IVaultBooks}.
 * The operator adds to the junior by a transfer of claims to the vault; so does whoever sends claims by mistake.
 *
 * Amounts are rounded for the vault, and shares have three decimals more than the token. Who deposits pays for income that
 * has not vested too, so {IERC4626-previewDeposit} gives a little less than {IERC4626-convertToShares}, which is the price of
 * those who leave. For 30 days after stakers lost something, and while the junior owes rent, nobody can deposit.
 */
interface IStakeVault is IERC4626, IVaultBooks, IVaultExits, IJuniorAccount {
    /// @notice `free` payment-token units can bond jobs now.
    event Rebalanced(uint256 free);

    /// @notice From `appliesAt` on, in seconds, anyone can make `rentBps` the rate.
    event RentAnnounced(uint24 rentBps, uint256 appliesAt);

    /// @notice The call is not the operator's.
    error VaultNotOperator(address caller, address operator);

    /// @notice The call is not the factory's.
    error VaultNotFactory(address caller);

    /// @notice The vault takes deposits no more.
    error VaultIsClosed();

    /// @notice A vote may give back what stakers lost, before `until`, in seconds; whoever came now would share in it.
    error VaultLossPending(uint256 until);

    /// @notice The junior still owes the stakers `rent` payment-token units; whoever came now would share in it.
    error VaultInArrears(uint256 rent);

    /// @notice Entries are paused until `pausedUntil`, in seconds.
    error VaultEntriesPaused(uint256 pausedUntil);

    /// @notice The deposit would not give a single share.
    error VaultNoShares(uint256 assets);

    /// @notice The stakers' money, or the shares, would be more than the vault counts.
    error VaultTooLarge(uint256 amount, uint256 cap);

    /// @notice The token delivered `received` where `assets` payment-token units were needed.
    error VaultShortDeposit(uint256 received, uint256 assets);

    /// @notice Shares are redeemed by request, see {IVaultExits}.
    error VaultByRequest();

    /// @notice No rate was announced, or it does not apply before `appliesAt`, in seconds.
    error VaultRentTooEarly(uint256 appliesAt);

    /// @notice The rate that was announced could be applied until `lapsedAt`, in seconds.
    error VaultRentLapsed(uint256 lapsedAt);

    /**
     * @notice Like {IERC4626-deposit}, out of claims that the caller has in the Ledger.
     * @dev Emits {IERC4626-Deposit}. Requirements: those of a deposit; the caller lets the vault pull the claims.
     * @param assets Payment-token units.
     * @param receiver Who gets the shares.
     * @return shares Rounded down, never zero.
     */
    function depositClaims(uint256 assets, address receiver) external returns (uint256 shares);

    /**
     * @notice Stakes what may bond jobs, and takes back what may not; anyone may call.
     * @dev At most ten times the junior is staked, see {limitJunior}, and nothing that leaves in a window that has started.
     * If bonds must come back first, to pay those who leave or because the junior carries less than they are, the stake bonds
     * no jobs until a later call finds that they have.
     * A stake that lost something bonds jobs again once this was called. Emits {Rebalanced}.
     * @return free What can bond jobs now, in payment-token units.
     */
    function rebalance() external returns (uint256 free);

    /**
     * @notice Announces another rate of rent, which applies once two windows have passed in between.
     * @dev So whoever does not like it can leave before. It lapses one window after it could be applied. Emits
     * {RentAnnounced}; replaces what was announced. Requirements: the caller owns the junior, which pays the rent.
     * @param rentBps What a bond owes for a year of 365 days, in basis points of it.
     */
    function announceRent(uint24 rentBps) external;

    /**
     * @notice Makes the announced rate the rate; anyone may call.
     * @dev The escrow emits the change. Requirements: a rate was announced, its time has come, and has not lapsed.
     */
    function applyRent() external;

    /**
     * @notice Ends the vault's business: no deposits, no more jobs; stakers leave by windows as ever.
     * @dev Emits {VaultClosed} and {Rebalanced}. Requirements: the caller is the operator.
     */
    function windDown() external;

    /// @notice Cancels asks that the operator signed; see {IOrders-cancelNonces}. Requirements: the caller is the operator.
    function cancelAsks(uint256 word, uint256 mask) external;

    /// @notice Gives a job another worker; see {IJobEscrow-replaceWorker}. Requirements: the caller is the operator.
    function replaceWorker(JobId id, Job calldata job, address worker) external;

    /// @notice The rate that was announced last, in basis points a year, and when it applies, in seconds; 0 = none.
    function announcedRent() external view returns (uint24 rentBps, uint256 appliesAt);

    /// @notice The payment token, whose claims the vault holds.
    function asset() external view override(IERC4626, IJuniorAccount) returns (address token);

    /// @notice The factory that made the vault.
    function FACTORY() external view returns (address);
}
