// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC6909, IERC6909Metadata} from "@openzeppelin/contracts/interfaces/IERC6909.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ERC6909} from "@openzeppelin/contracts/token/ERC6909/ERC6909.sol";
import {ERC6909TokenSupply} from "@openzeppelin/contracts/token/ERC6909/extensions/ERC6909TokenSupply.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ILedger} from "./interfaces/ILedger.sol";
import {TokenMetadata} from "./libraries/TokenMetadata.sol";
import {TokenId} from "./types/TokenId.sol";

/// @title Ledger
contract Ledger is ILedger, ERC6909TokenSupply, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @inheritdoc ILedger
    function deposit(address token, uint256 amount, address to) external nonReentrant returns (uint256 claims) {
        return _deposit(token, amount, to);
    }

    /// @inheritdoc ILedger
    function depositWithPermit(
        address token,
        uint256 amount,
        address to,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant returns (uint256 claims) {
        // SAFETY: whatever this call does or fails to do, the deposit takes tokens of the caller only.
        bytes memory permit = abi.encodeCall(
            IERC20Permit.permit,
            (msg.sender, address(this), amount, deadline, v, r, s)
        );
        LowLevelCall.callNoReturn(token, permit);

        return _deposit(token, amount, to);
    }

    /// @inheritdoc ILedger
    function withdraw(address token, uint256 amount, address to) external nonReentrant returns (uint256 sent) {
        require(to != address(0) && to != address(this), ERC6909InvalidReceiver(to));
        uint256 id = TokenId.fromToken(token);
        uint256 claimed = totalSupply(id);
        _burn(msg.sender, id, amount);

        uint256 held = _held(token);
        // INVARIANT LG-3: rounded down, so that what is left for each remaining claim never falls.
        sent = held < claimed ? Math.mulDiv(amount, held, claimed) : amount;
        require(sent > 0, LedgerNothingSent(token, amount));

        IERC20(token).safeTransfer(to, sent);
    }

    /// @inheritdoc IERC6909Metadata
    function name(uint256 id) external view returns (string memory) {
        return TokenMetadata.name(TokenId.toToken(id));
    }

    /// @inheritdoc IERC6909Metadata
    function symbol(uint256 id) external view returns (string memory) {
        return TokenMetadata.symbol(TokenId.toToken(id));
    }

    /// @inheritdoc IERC6909Metadata
    function decimals(uint256 id) external view returns (uint8) {
        return TokenMetadata.decimals(TokenId.toToken(id));
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) public view override(ERC6909TokenSupply, IERC165) returns (bool) {
        return interfaceId == type(IERC6909Metadata).interfaceId || super.supportsInterface(interfaceId);
    }

    /// @dev An unlimited allowance is found with one read: it need not be asked whether the caller is an operator too.
    function transferFrom(
        address sender,
        address receiver,
        uint256 id,
        uint256 amount
    ) public override(ERC6909, IERC6909) returns (bool) {
        if (allowance(sender, msg.sender, id) != type(uint256).max) {
            return super.transferFrom(sender, receiver, id, amount);
        }
        _transfer(sender, receiver, id, amount);
        return true;
    }

    /// @dev Claims that the Ledger held itself could never leave it.
    function _update(address from, address to, uint256 id, uint256 amount) internal override {
        require(to != address(this), ERC6909InvalidReceiver(to));
        super._update(from, to, id, amount);
    }

    function _deposit(address token, uint256 amount, address to) private returns (uint256 claims) {
        uint256 id = TokenId.fromToken(token);
        uint256 held = _held(token);
        uint256 claimed = totalSupply(id);
        // INVARIANT LG-1: claims are credited only while every claim is covered, and only for what arrives.
        require(held >= claimed, LedgerTokenShort(token, held, claimed));

        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);

        uint256 heldAfter = _held(token);
        require(heldAfter > held, LedgerNothingReceived(token, amount));
        claims = heldAfter - held;
        _mint(to, id, claims);
    }

    function _held(address token) private view returns (uint256) {
        (bool success, bytes32 held, ) = LowLevelCall.staticcallReturn64Bytes(
            token,
            abi.encodeCall(IERC20.balanceOf, (address(this)))
        );
        require(success && LowLevelCall.returnDataSize() >= 32, LedgerInvalidToken(token));
        return uint256(held);
    }
}
