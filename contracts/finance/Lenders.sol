// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IOrderBook} from "../compute/interfaces/IOrderBook.sol";
import {Loans} from "./Loans.sol";
import {ILenders} from "./interfaces/ILenders.sol";
import {LoanStatus, LoanTerms} from "./types/Loan.sol";
import {LoanId} from "./types/LoanId.sol";

/// @notice Owns the positions of lenders.
abstract contract Lenders is Loans, ILenders {
    /// @notice The order book, whose pause of entries stops new loans too.
    IOrderBook public immutable ORDER_BOOK;

    /// @dev Of all lenders of a loan: what they got, and the commitments of those who will get no more.
    struct Totals {
        uint128 claimed;
        uint112 finished;
    }

    mapping(LoanId id => mapping(address lender => Position)) private _positions;
    mapping(LoanId id => Totals) private _totals;

    constructor(IOrderBook orderBook) {
        ORDER_BOOK = orderBook;
    }

    /// @inheritdoc ILenders
    function fund(LoanId id, uint256 amount) external returns (uint256 taken) {
        address token = _load(id, LoanStatus.Requested).token;
        LoanTerms storage terms = _terms[id];
        _requireEntries();
        _requireInTime(id, terms.fundingDeadline);
        uint112 committed = terms.committed;
        taken = Math.min(amount, terms.principal - committed);
        require(taken != 0, LendersNothingTaken(id));
        // SAFETY: at most the principal.
        terms.committed = committed + uint112(taken);
        _positions[id][msg.sender].commitment += uint112(taken);
        emit LoanFunded(id, msg.sender, taken);
        _pull(msg.sender, token, taken);
    }

    /// @inheritdoc ILenders
    function unfund(LoanId id, uint256 amount) external {
        LoanStatus status = _states[id].status;
        require(status == LoanStatus.Requested || status == LoanStatus.Cancelled, LoansWrongStatus(id, status));
        Position storage position = _positions[id][msg.sender];
        uint112 commitment = position.commitment;
        require(amount <= commitment, LendersTooMuch(id, msg.sender, amount, commitment));
        // SAFETY: at most the commitment, which is part of what is committed.
        position.commitment = commitment - uint112(amount);
        _terms[id].committed -= uint112(amount);
        emit LoanUnfunded(id, msg.sender, amount);
        _push(msg.sender, _states[id].token, amount);
    }

    /// @inheritdoc ILenders
    function claim(LoanId id, address lender) external returns (uint256 amount) {
        LoanStatus status = _states[id].status;
        require(status >= LoanStatus.Active && status <= LoanStatus.Closed, LoansWrongStatus(id, status));
        Position memory position = _positions[id][lender];
        amount = _claimable(id, position);
        if (position.commitment == 0) return 0;

        // SAFETY: what is claimed is at most what was paid, which has 128 bits.
        _totals[id].claimed += uint128(amount);
        if (status == LoanStatus.Closed) {
            _totals[id].finished += position.commitment;
            delete _positions[id][lender];
        } else {
            _positions[id][lender].withdrawn = position.withdrawn + uint128(amount);
        }
        if (amount == 0) return 0;
        emit LenderPaid(id, lender, amount);
        _push(lender, _states[id].token, amount);
    }

    /// @inheritdoc ILenders
    function positionOf(LoanId id, address lender) external view returns (Position memory) {
        return _positions[id][lender];
    }

    /// @inheritdoc ILenders
    function claimableOf(LoanId id, address lender) external view returns (uint256) {
        return _claimable(id, _positions[id][lender]);
    }

    function _requireEntries() internal view {
        (uint256 until, ) = ORDER_BOOK.entryPause();
        require(block.timestamp >= until, LendersEntriesPaused(until));
    }

    function _requireInTime(LoanId id, uint40 fundingDeadline) internal view {
        require(block.timestamp <= fundingDeadline, LendersTooLate(id, fundingDeadline));
    }

    /// @dev INVARIANT LN-5: shares are rounded down, and the last one to leave a closed loan takes what that left over.
    function _claimable(LoanId id, Position memory position) private view returns (uint256) {
        if (position.commitment == 0) return 0;
        (uint256 paid, uint256 principal) = (_states[id].paid, _terms[id].principal);
        if (_states[id].status == LoanStatus.Closed) {
            Totals memory totals = _totals[id];
            if (uint256(totals.finished) + position.commitment == principal) return paid - totals.claimed;
        }
        // SAFETY: 128 and 112 bits; shares only grow.
        unchecked {
            return (paid * position.commitment) / principal - position.withdrawn;
        }
    }
}
