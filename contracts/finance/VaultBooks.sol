// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IJobEscrow} from "../compute/interfaces/IJobEscrow.sol";
import {IStakes} from "../compute/interfaces/IStakes.sol";
import {ILedger} from "../payments/interfaces/ILedger.sol";
import {TokenId} from "../payments/types/TokenId.sol";
import {IVaultBooks} from "./interfaces/IVaultBooks.sol";
import {VaultState} from "./types/VaultState.sol";

/// @notice Owns what is the stakers', and follows what became of the vault's stake.
abstract contract VaultBooks is ERC20, IVaultBooks {
    using SafeCast for uint256;

    /// @dev In payment-token units. `liquid` is not owed to anybody who left; `arrears` are rents that the junior could not
    /// pay; `suspended` says that the stake bonds no jobs.
    struct Holdings {
        uint256 liquid;
        uint256 free;
        uint256 locked;
        uint256 arrears;
        bool suspended;
    }

    /// @dev What happened since the last call, in payment-token units.
    struct News {
        bool closed;
        uint256 rent;
        uint256 lost;
        uint256 lostOfStakers;
        uint256 back;
        uint256 backOfStakers;
    }

    /// @dev Bonds may be so many times the junior: whoever brings about a loss can get a tenth of it.
    uint256 internal constant BONDS_PER_JUNIOR = 10;

    /// @dev Shares that nobody has, against prices that a first depositor could make up.
    uint256 internal constant VIRTUAL_SHARES = 1_000;

    /// @inheritdoc IVaultBooks
    ILedger public immutable LEDGER;

    /// @inheritdoc IVaultBooks
    IJobEscrow public immutable ESCROW;

    VaultState internal _state;

    /// @dev What the stakers of now lost until `lossUntil` is over, in payment-token units.
    uint256 internal _lost;

    /// @inheritdoc IVaultBooks
    function isClosed() external view returns (bool) {
        (VaultState memory state, ) = _booked();
        return state.closed;
    }

    /// @inheritdoc IVaultBooks
    function unvested() external view returns (uint256) {
        (VaultState memory state, ) = _booked();
        return Math.min(state.senior, state.unvestedAt(block.timestamp));
    }

    /// @inheritdoc IVaultBooks
    function rentArrears() external view returns (uint256) {
        (, Holdings memory held) = _booked();
        return held.arrears;
    }

    /// @inheritdoc IVaultBooks
    function owedExits() external view returns (uint256) {
        return _state.exits;
    }

    /// @inheritdoc IVaultBooks
    function unrestoredLoss() external view returns (uint256) {
        (, , News memory news) = _read(0);
        return _lostNow() - news.backOfStakers + news.lostOfStakers;
    }

    /// @dev The state with all that happened; `arrived` claims are left out, since whose they are is not decided. The caller
    /// stores it.
    function _book(uint256 arrived) internal returns (VaultState memory state, Holdings memory held) {
        News memory news;
        (state, held, news) = _read(arrived);
        if (news.rent != 0) emit RentEarned(news.rent);
        if (news.lost | news.back == 0) return (state, held);
        if (news.lost != 0) emit LossTaken(news.lost, news.lostOfStakers);
        if (news.back != 0) emit LossRestored(news.back, news.backOfStakers);
        if (news.closed) emit VaultClosed();
        // SAFETY: at most what was lost comes back.
        _lost = _lostNow() - news.backOfStakers + news.lostOfStakers;
    }

    /// @dev What {_book} would give now.
    function _booked() internal view returns (VaultState memory state, Holdings memory held) {
        (state, held, ) = _read(0);
    }

    /// @dev The first-loss money. INVARIANT SV-2: what is neither the stakers' nor owed is the junior's.
    function _juniorOf(VaultState memory state, Holdings memory held) internal pure returns (uint256) {
        return _total(held) - state.senior;
    }

    function _total(Holdings memory held) internal pure returns (uint256) {
        return held.liquid + held.free + held.locked;
    }

    /// @dev The token and the operator of this vault, which its code carries.
    function _terms() internal view returns (address token, address operator_) {
        return abi.decode(Clones.fetchCloneArgs(address(this)), (address, address));
    }

    function _read(
        uint256 arrived
    ) private view returns (VaultState memory state, Holdings memory held, News memory news) {
        state = _state;
        (address token, ) = _terms();
        IStakes.Stake memory stake = ESCROW.stakeOf(address(this), token);
        uint256 claims = LEDGER.balanceOf(address(this), TokenId.fromToken(token)) - arrived;
        held = Holdings(claims - state.exits, stake.free, stake.locked, 0, stake.suspended);
        uint256 total = _total(held);

        _readStake(state, news, held.free + held.locked);
        if (total < state.senior) _readLoss(state, news, total);
        uint256 due = ESCROW.rentOwed(address(this), token) - state.rentBooked;
        if (due != 0) held.arrears = due - _readRent(state, news, total, due);
    }

    /// @dev What a vote may give back to the stakers, once all is booked.
    function _pendingLoss(VaultState memory state) internal view returns (uint256) {
        return block.timestamp < state.lossUntil ? _lost : 0;
    }

    /// @dev What a vote may give back to the stakers, as of the last booking.
    function _lostNow() private view returns (uint256) {
        return block.timestamp < _state.lossUntil ? _lost : 0;
    }

    function _readStake(VaultState memory state, News memory news, uint256 staked) private view {
        if (staked == state.staked) return;
        if (staked > state.staked) {
            news.back = staked - state.staked;
            news.backOfStakers = Math.min(news.back, _lostNow());
            state.restore(news.backOfStakers);
        } else {
            news.lost = state.staked - staked;
        }
        state.staked = staked.toUint128();
    }

    /// @dev INVARIANT SV-3: stakers lose only what the junior does not cover.
    function _readLoss(VaultState memory state, News memory news, uint256 total) private view {
        news.lostOfStakers = state.senior - total;
        state.lose(news.lostOfStakers, block.timestamp);
        // Stakers' money is lost only while there are stakers.
        if (total == 0) (news.closed, state.closed) = (!state.closed, true);
    }

    /// @dev Returns how much of the rent is settled: all of it while there are no stakers, who would get it.
    function _readRent(
        VaultState memory state,
        News memory news,
        uint256 total,
        uint256 due
    ) private view returns (uint256 settled) {
        settled = due;
        if (totalSupply() != 0) {
            settled = Math.min(due, total - state.senior);
            news.rent = settled;
            state.earn(settled, block.timestamp);
        }
        state.rentBooked = (state.rentBooked + settled).toUint128();
    }
}
