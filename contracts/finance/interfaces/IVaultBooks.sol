// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IJobEscrow} from "../../compute/interfaces/IJobEscrow.sol";
import {ILedger} from "../../payments/interfaces/ILedger.sol";

/**
 * @title IVaultBooks
 * @notice How a vault's money is divided between stakers and junior.
 * @dev The vault remembers what is the stakers'. All else that it holds, as claims or as its stake in the escrow, is the
 * junior: so the junior pays first for what is lost, and has what is paid to the vault, whoever paid it. Rent that the
 * escrow says the vault's bonds owe moves from the junior to the stakers, as far as there is a junior; what could not be
 * moved is moved as soon as there is. Every call that changes anything books first what happened since the last.
 */
interface IVaultBooks {
    /// @notice `amount` payment-token units of rent went to the stakers, to vest.
    event RentEarned(uint256 amount);

    /// @notice The escrow took `amount` out of the vault's stake; the stakers lost `ofStakers` of it, in payment-token units.
    event LossTaken(uint256 amount, uint256 ofStakers);

    /// @notice A vote gave a bond back; `ofStakers` went to the stakers, to vest, in payment-token units.
    event LossRestored(uint256 amount, uint256 ofStakers);

    /// @notice The vault takes deposits no more, and bonds no jobs out of stakers' money.
    event VaultClosed();

    /// @notice Where claims are held.
    function LEDGER() external view returns (ILedger);

    /// @notice Where claims are at stake.
    function ESCROW() external view returns (IJobEscrow);

    /// @notice Whether the vault takes deposits no more: its operator wound it down, or its stakers lost everything.
    function isClosed() external view returns (bool closed);

    /// @notice What has been earned and has not vested, in payment-token units.
    function unvested() external view returns (uint256 amount);

    /// @notice Rents that the junior could not pay so far, in payment-token units.
    function rentArrears() external view returns (uint256 amount);

    /// @notice What is owed to those who left, in payment-token units.
    function owedExits() external view returns (uint256 amount);

    /// @notice What stakers lost, and would get if a vote gave the bonds back, in payment-token units.
    function unrestoredLoss() external view returns (uint256 amount);
}
