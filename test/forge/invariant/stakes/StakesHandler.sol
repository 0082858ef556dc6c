// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ModelId} from "../../../../contracts/common/types/ModelId.sol";
import {Job} from "../../../../contracts/compute/types/Job.sol";
import {Ask, Bid} from "../../../../contracts/compute/types/Order.sol";
import {TokenId} from "../../../../contracts/payments/types/TokenId.sol";
import {StakedJobs} from "./StakedJobs.sol";

/// @dev Accounts whose stakes this contract bonds jobs with, as their delegate, its own client and its own worker. It foretells
/// which of its calls succeed.
contract StakesHandler is StakedJobs {
    uint256 public constant ACCOUNTS = 3;

    ModelId private immutable _other;

    address[ACCOUNTS] public accounts;
    mapping(address account => uint256) public free;
    mapping(address account => uint256) public rentOwed;
    mapping(address account => uint24) public rentBps;
    mapping(address account => bool) public suspended;

    constructor() {
        _other = _model("other");
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            accounts[i] = vm.addr(0xACC + i);
            _fund(accounts[i]);
            vm.prank(accounts[i]);
            BOOK.setDelegation(address(this), address(TOKEN), 4, 0, type(uint40).max);
        }
    }

    function stake(uint256 seed, uint96 amount) external acting {
        address account = accounts[seed % ACCOUNTS];
        bool allowed = amount <= LEDGER.balanceOf(account, TokenId.fromToken(address(TOKEN)));
        if (allowed) free[account] += amount;
        _send(account, abi.encodeCall(ESCROW.stake, (address(TOKEN), amount)), allowed);
    }

    function unstake(uint256 seed, uint96 amount) external acting {
        address account = accounts[seed % ACCOUNTS];
        // mostly as much as there is, or a unit more
        uint256 wanted = seed % 3 == 0 ? amount : free[account] / 2 + (seed % 7 == 0 ? free[account] / 2 + 1 : 0);
        bool allowed = wanted <= free[account];
        if (allowed) free[account] -= wanted;
        _send(account, abi.encodeCall(ESCROW.unstake, (address(TOKEN), wanted)), allowed);
    }

    function setRent(uint256 seed, uint16 bps) external acting {
        address account = accounts[seed % ACCOUNTS];
        rentBps[account] = bps;
        _send(account, abi.encodeCall(ESCROW.setRent, (address(TOKEN), bps)), true);
    }

    function suspendStake(uint256 seed) external acting {
        address account = accounts[seed % ACCOUNTS];
        suspended[account] = true;
        _send(account, abi.encodeCall(ESCROW.suspendStake, (address(TOKEN))), true);
    }

    function resumeStake(uint256 seed) external acting {
        address account = accounts[seed % ACCOUNTS];
        suspended[account] = false;
        _send(account, abi.encodeCall(ESCROW.resumeStake, (address(TOKEN))), true);
    }

    function fill(uint256 seed, uint64 unitPrice, uint96 unitBond, uint8 units) external acting {
        address account = accounts[seed % ACCOUNTS];
        (Ask memory ask, Bid memory bid) = _orders(seed, account, unitPrice, unitBond, uint64(units) + 1);
        (uint256 price, uint256 bond) = (uint256(ask.unitPrice) * bid.units, uint256(ask.unitBond) * bid.units);
        uint256 rent = _rent(bond, rentBps[account], TURNAROUND + CONTEST);
        bool checkable = ask.verifier != address(0) && ModelId.unwrap(ask.modelId) == ModelId.unwrap(_mirrored);
        bool allowed = checkable && price >= rent && price <= bond / 10 && bond <= free[account];
        allowed =
            allowed &&
            !suspended[account] &&
            price <= LEDGER.balanceOf(address(this), TokenId.fromToken(address(TOKEN)));
        uint256 id = BOOK.jobCount() + 1;
        _send(address(this), abi.encodeCall(ESCROW.fill, (ask, "", bid, "")), allowed);
        if (!allowed) return;
        free[account] -= bond;
        _begin(id, ask, bid, rentBps[account]);
    }

    /// @dev Ends a job in one of all ways; what is not lost of its bond is free again.
    function end(uint256 seed) external acting {
        if (_live.length == 0) return;
        (Job memory job, uint256 lost) = _endOne(seed);
        free[job.provider] += job.totalBond() - lost;
        rentOwed[job.provider] += _rentOf(job);
        if (lost != 0) suspended[job.provider] = true;
    }

    function _orders(
        uint256 seed,
        address account,
        uint128 unitPrice,
        uint128 unitBond,
        uint64 units
    ) private view returns (Ask memory ask, Bid memory bid) {
        // mostly at or around the highest price that a bond allows
        if (seed % 4 != 0) unitPrice = unitBond / 10 + (seed % 8 == 1 ? 1 : 0);
        (ask, bid) = _ordersAt(account, unitPrice, unitBond, units);
        if ((seed >> 16) % 8 == 0) (ask.modelId, bid.modelId) = (_other, _other);
        if ((seed >> 32) % 8 == 0) (ask.verifier, bid.verifier) = (address(0), address(0));
    }

    function _send(address caller, bytes memory data, bool allowed) private {
        vm.prank(caller);
        (bool success, ) = address(ESCROW).call(data);
        assertEq(success, allowed, "ST-2: foretold");
    }
}
