// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @notice Where a loan stands.
enum LoanStatus {
    None,
    Requested, // lenders may commit
    Active,
    Defaulted, // collateral is sold, all that the vault can pay is collected
    Closed, // paid in full
    Cancelled // never drawn
}

/// @notice What a payment reads and writes: 3 slots.
struct LoanState {
    address token;
    uint40 drawnAt; // in seconds
    uint40 defaultedAt; // in seconds
    LoanStatus status;
    uint8 payments;
    // slot
    uint176 interestNumerator; // unpaid interest, in units / {LoanLib-YEAR_BPS}
    uint40 accruedAt; // in seconds
    uint16 rateBps; // a year of 365 days
    // slot
    uint112 principalLeft; // payment-token units
    uint128 paid; // all payments since the draw, in payment-token units
}

/// @notice What a loan was agreed on, and what is held for it. Amounts are payment-token units.
struct LoanTerms {
    address borrower;
    uint40 fundingDeadline; // last second of a draw
    address vault;
    address custodian; // 0 = none
    uint112 principal;
    uint112 committed; // by lenders
    uint112 levelPayment; // since the draw
    uint112 reserve; // the borrower's cash junior
    uint112 leastIncome; // a period
    uint112 lockedBond; // of the custodian
    uint112 juniorAtDraw;
    uint112 incomeAtDraw; // prices paid in the books
    bytes32 gpusHash; // keccak256 of the packed ids
}

using LoanLib for LoanState global;

/// @notice What follows from a loan's state and the clock.
library LoanLib {
    using SafeCast for uint256;

    /// @notice A twelfth of a year of 365 days, in seconds.
    uint256 internal constant PERIOD = 365 days / 12;

    /// @notice How long a payment or the covenant may be overdue before a default, in seconds.
    uint256 internal constant GRACE = 15 days;

    /// @notice The denominator of unpaid interest.
    uint256 internal constant YEAR_BPS = 365 days * 10_000;

    /// @notice Brings unpaid interest to `timestamp`, without rounding: nothing depends on who calls when.
    function accrue(LoanState memory self, uint256 timestamp) internal pure {
        self.interestNumerator = self.numeratorAt(timestamp).toUint176();
        self.accruedAt = timestamp.toUint40();
    }

    /// @notice Applies a payment, at most the debt, to interest first; returns the part that was interest.
    /// @dev Interest that is settled in full is rounded up to a unit.
    function pay(LoanState memory self, uint256 amount) internal pure returns (uint256 interest) {
        interest = Math.ceilDiv(self.interestNumerator, YEAR_BPS);
        // SAFETY: less than the interest leaves some of it; a payment is at most the debt.
        unchecked {
            if (amount < interest) {
                interest = amount;
                self.interestNumerator -= uint176(amount * YEAR_BPS);
            } else {
                self.interestNumerator = 0;
            }
            self.principalLeft -= uint112(amount - interest);
        }
        self.paid = (self.paid + amount).toUint128();
    }

    /// @notice Unpaid interest at `timestamp`, in payment-token units / {YEAR_BPS}.
    function numeratorAt(LoanState memory self, uint256 timestamp) internal pure returns (uint256) {
        // SAFETY: 176 bits, and 112 + 16 + 40 bits.
        unchecked {
            return self.interestNumerator + uint256(self.principalLeft) * self.rateBps * (timestamp - self.accruedAt);
        }
    }

    /// @notice What would settle the loan at `timestamp`, in payment-token units.
    function debtAt(LoanState memory self, uint256 timestamp) internal pure returns (uint256) {
        return Math.ceilDiv(self.numeratorAt(timestamp), YEAR_BPS) + self.principalLeft;
    }

    /// @notice The periods that ended at `timestamp`, at most the number of payments.
    function periodsAt(LoanState memory self, uint256 timestamp) internal pure returns (uint256) {
        if (timestamp < self.drawnAt) return 0;
        return Math.min((timestamp - self.drawnAt) / PERIOD, self.payments);
    }

    /// @notice What is owed at `timestamp` of the first `count` payments; with the last one all of the debt.
    function owedOf(
        LoanState memory self,
        uint256 levelPayment,
        uint256 count,
        uint256 timestamp
    ) internal pure returns (uint256) {
        uint256 debt = self.debtAt(timestamp);
        if (count >= self.payments) return debt;
        return Math.min(debt, Math.saturatingSub(levelPayment * count, self.paid));
    }
}
