// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {EntryPause, EntryPauseLib} from "../../../contracts/common/types/EntryPause.sol";

contract EntryPauseHarness {
    EntryPause public state;

    function pause(uint256 duration) external {
        state = state.pause(duration, block.timestamp);
    }

    function unpause() external {
        state = state.unpause(block.timestamp);
    }

    function isPaused() external view returns (bool) {
        return state.isPaused(block.timestamp);
    }

    function budgetLeft() external view returns (uint256) {
        return state.budgetLeft(block.timestamp);
    }
}

/// @dev The oracle keeps every pause as an interval, looks at the 90 days before and after each of their ends and knows
/// nothing of budgets.
contract EntryPauseTest is Test {
    struct Interval {
        uint256 start;
        uint256 end;
    }

    EntryPauseHarness private _entries;
    Interval[] private _pauses;

    function setUp() public {
        _entries = new EntryPauseHarness();
        vm.warp(1_800_000_000);
    }

    /// @dev EP-1: whatever the guardian does, no 90 days contain more than 14 days of pause.
    function testFuzz_EP1_NoMoreThan14DaysInAny90(uint256[48] calldata choices) public {
        for (uint256 i = 0; i < choices.length; ++i) {
            vm.warp(_now() + _gap(choices[i]));
            _act(choices[i] >> 64);
            assertEq(_entries.isPaused(), _oraclePaused());
        }
        assertLe(_worst(), 14 days);
    }

    /// @dev A budget that is whole is worth the full 14 days, and one second more is refused.
    function testFuzz_WholeBudgetIs14Days(uint256 first, uint256 wait) public {
        first = bound(first, 1, 14 days);
        _entries.pause(first);
        vm.warp(_now() + first + 76 days + bound(wait, 0, 10 * 365 days));

        vm.expectRevert(abi.encodeWithSelector(EntryPauseLib.EntryPauseInvalidDuration.selector, 14 days + 1, 14 days));
        _entries.pause(14 days + 1);
        _entries.pause(14 days);
        assertTrue(_entries.isPaused());
    }

    /// @dev Up to the last second of the 76 days only the rest of the old budget is left.
    function testFuzz_BudgetStaysUsedFor76Days(uint256 first, uint256 wait) public {
        first = bound(first, 1, 14 days);
        _entries.pause(first);
        vm.warp(_now() + first + bound(wait, 0, 76 days - 1));

        assertEq(_entries.budgetLeft(), 14 days - first);
        vm.expectRevert(
            abi.encodeWithSelector(
                EntryPauseLib.EntryPauseInvalidDuration.selector,
                14 days - first + 1,
                14 days - first
            )
        );
        _entries.pause(14 days - first + 1);
    }

    /// @dev Lifting gives back exactly the time that was not used.
    function testFuzz_UnpauseGivesBackTheRest(uint256 duration, uint256 lasted) public {
        duration = bound(duration, 1, 14 days);
        lasted = bound(lasted, 0, duration - 1);
        _entries.pause(duration);
        vm.warp(_now() + lasted);
        _entries.unpause();

        assertFalse(_entries.isPaused());
        assertEq(_entries.budgetLeft(), 14 days - lasted);
    }

    /// @dev Entries are paused up to the second before the end, and lifting is refused from the end on.
    function testFuzz_EndsAtItsSecond(uint256 duration) public {
        duration = bound(duration, 1, 14 days);
        uint256 end = _now() + duration;
        _entries.pause(duration);
        vm.warp(end - 1);
        assertTrue(_entries.isPaused());
        vm.warp(end);
        assertFalse(_entries.isPaused());

        vm.expectRevert(abi.encodeWithSelector(EntryPauseLib.EntryPauseNotPaused.selector, end));
        _entries.unpause();
    }

    function test_ZeroDurationIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(EntryPauseLib.EntryPauseInvalidDuration.selector, 0, 14 days));
        _entries.pause(0);
    }

    /// @dev Waits that matter: none, a few days, and some around the time after which the budget is whole again.
    function _gap(uint256 seed) private view returns (uint256) {
        uint256 kind = seed % 4;
        uint256 rest = uint32(seed >> 8);
        if (kind == 0) return 0;
        if (kind == 1) return rest % 3 days;
        uint256 end = _pauses.length == 0 ? 0 : _pauses[_pauses.length - 1].end;
        uint256 edge = kind == 2 ? end + 76 days : end + 70 days + (rest % 10 days);
        return edge > _now() ? edge - _now() : 0;
    }

    function _act(uint256 seed) private {
        if (seed % 3 == 0 && _entries.isPaused()) {
            _pauses[_pauses.length - 1].end = _now();
            _entries.unpause();
            return;
        }
        uint256 duration = seed % 2 == 0 ? _entries.budgetLeft() : uint32(seed >> 8) % 16 days;
        try _entries.pause(duration) {
            if (_oraclePaused()) _pauses[_pauses.length - 1].end = _now();
            _pauses.push(Interval({start: _now(), end: _now() + duration}));
        } catch {}
    }

    function _oraclePaused() private view returns (bool) {
        return _pauses.length > 0 && _now() < _pauses[_pauses.length - 1].end;
    }

    /// @dev The most paused time in any 90 days. Sliding the 90 days changes it linearly between two pauses' borders, so
    /// one of the greatest values has its start at a pause's start or its end at a pause's end.
    function _worst() private view returns (uint256 worst) {
        for (uint256 i = 0; i < _pauses.length; ++i) {
            worst = _max(worst, _pausedWithin(_pauses[i].start, _pauses[i].start + 90 days));
            worst = _max(worst, _pausedWithin(_pauses[i].end - 90 days, _pauses[i].end));
        }
    }

    function _pausedWithin(uint256 from, uint256 to) private view returns (uint256 total) {
        for (uint256 i = 0; i < _pauses.length; ++i) {
            uint256 start = _max(_pauses[i].start, from);
            uint256 end = _pauses[i].end < to ? _pauses[i].end : to;
            if (end > start) total += end - start;
        }
    }

    /// @dev The optimizer takes `block.timestamp` for constant within a transaction; a test that warps must not.
    function _now() private view returns (uint256) {
        return vm.getBlockTimestamp();
    }

    function _max(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a : b;
    }
}
