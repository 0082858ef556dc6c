// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {StdUtils} from "forge-std/StdUtils.sol";
import {CommonBase} from "forge-std/Base.sol";

import {MockERC20} from "../../../contracts/mocks/tokens/MockERC20.sol";
import {RebasingToken} from "../../../contracts/mocks/tokens/RebasingToken.sol";
import {FeeToken} from "../../../contracts/mocks/tokens/FeeToken.sol";
import {Ledger} from "../../../contracts/payments/Ledger.sol";
import {TokenId} from "../../../contracts/payments/types/TokenId.sol";

/// @dev Four accounts that deposit, withdraw and hand on claims on two ordinary tokens, one that takes a fee and one that
/// is rebased at will; it counts what goes in and out.
contract LedgerHandler is CommonBase, StdUtils {
    uint256 public constant ACTORS = 4;
    uint256 public constant TOKENS = 4;

    Ledger public immutable LEDGER;
    RebasingToken public immutable REBASING;
    MockERC20[TOKENS] public tokens;

    /// @dev By token: claims credited by deposits and burned by withdrawals, as the calls returned or were given them.
    mapping(uint256 token => uint256) public credited;
    mapping(uint256 token => uint256) public burned;

    /// @dev By token: what arrived at and left the Ledger, as the token itself says.
    mapping(uint256 token => uint256) public arrived;
    mapping(uint256 token => uint256) public left;

    /// @dev Set once a withdrawal has lowered what is left for each remaining claim.
    bool public diluted;

    constructor(Ledger ledger) {
        LEDGER = ledger;
        REBASING = new RebasingToken();
        tokens = [new MockERC20("A", "A", 6), new MockERC20("B", "B", 18), new FeeToken(130), REBASING];
        for (uint256 i = 0; i < ACTORS * TOKENS; ++i) {
            vm.prank(actor(i % ACTORS));
            tokens[i / ACTORS].approve(address(ledger), type(uint256).max);
        }
    }

    function deposit(uint256 from, uint256 to, uint256 token, uint256 amount) external {
        token %= TOKENS;
        amount = bound(amount, 0, 1e24);
        tokens[token].mint(actor(from), amount);
        uint256 held = _held(token);
        vm.prank(actor(from));
        uint256 claims = LEDGER.deposit(address(tokens[token]), amount, actor(to));
        credited[token] += claims;
        arrived[token] += _held(token) - held;
    }

    function withdraw(uint256 from, uint256 to, uint256 token, uint256 amount) external {
        token %= TOKENS;
        address holder;
        (holder, amount) = _holder(from, token, amount);
        uint256 held = _held(token);
        uint256 claimed = LEDGER.totalSupply(id(token));
        vm.prank(holder);
        LEDGER.withdraw(address(tokens[token]), amount, actor(to));
        burned[token] += amount;
        left[token] += held - _held(token);

        uint256 claimedNow = LEDGER.totalSupply(id(token));
        // While a token is short, held / claimed is what each claim is worth.
        if (held < claimed && _held(token) * claimed < held * claimedNow) diluted = true;
    }

    function transfer(uint256 from, uint256 to, uint256 token, uint256 amount) external {
        token %= TOKENS;
        address holder;
        (holder, amount) = _holder(from, token, amount);
        vm.prank(holder);
        LEDGER.transfer(actor(to), id(token), amount);
    }

    function transferFrom(uint256 by, uint256 from, uint256 to, uint256 token, uint256 amount) external {
        token %= TOKENS;
        address holder;
        (holder, amount) = _holder(from, token, amount);
        vm.prank(actor(by));
        LEDGER.transferFrom(holder, actor(to), id(token), amount);
    }

    function approve(uint256 from, uint256 spender, uint256 token, uint256 amount) external {
        vm.prank(actor(from));
        LEDGER.approve(actor(spender), id(token % TOKENS), amount);
    }

    function setOperator(uint256 from, uint256 spender, bool approved) external {
        vm.prank(actor(from));
        LEDGER.setOperator(actor(spender), approved);
    }

    function donate(uint256 token, uint256 amount) external {
        tokens[token % TOKENS].mint(address(LEDGER), bound(amount, 0, 1e20));
    }

    /// @dev Between a tenth and double of what was, without leaving the range in which rounding loses no more than units.
    function rebase(uint256 factor) external {
        REBASING.rebase(bound(factor, 0.1e18, 2e18));
    }

    function actor(uint256 seed) public pure returns (address) {
        return address(uint160(0xA11CE + (seed % ACTORS)));
    }

    function id(uint256 token) public view returns (uint256) {
        return TokenId.fromToken(address(tokens[token]));
    }

    /// @dev The first account from `seed` on that has claims, if any has, and how many of them `amount` stands for.
    function _holder(uint256 seed, uint256 token, uint256 amount) private view returns (address holder, uint256) {
        uint256 balance;
        for (uint256 i = 0; i < ACTORS && balance == 0; ++i) {
            holder = actor((seed % ACTORS) + i);
            balance = LEDGER.balanceOf(holder, id(token));
        }
        return (holder, bound(amount, 0, balance));
    }

    function _held(uint256 token) private view returns (uint256) {
        return tokens[token].balanceOf(address(LEDGER));
    }
}
