// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IJuniorAccount} from "../../finance/interfaces/IJuniorAccount.sol";
import {ILedger} from "../../payments/interfaces/ILedger.sol";
import {TokenId} from "../../payments/types/TokenId.sol";
import {Maker} from "../makers/Maker.sol";

/// @notice An account all of whose claims are junior. Anyone sets how much of it is locked, and makes it call.
contract MockJuniorAccount is Maker, IJuniorAccount {
    ILedger private immutable _ledger;

    /// @inheritdoc IJuniorAccount
    address public immutable asset;

    /// @inheritdoc IJuniorAccount
    address public juniorOwner;

    /// @inheritdoc IJuniorAccount
    address public operator;

    /// @inheritdoc IJuniorAccount
    uint256 public juniorLimit;

    /// @notice What cannot be taken out, in payment-token units.
    uint256 public locked;

    error MockJuniorAccountNotOwner(address caller);
    error MockJuniorAccountLocked(uint256 amount, uint256 withdrawable);

    modifier onlyOwner() {
        require(msg.sender == juniorOwner, MockJuniorAccountNotOwner(msg.sender));
        _;
    }

    constructor(ILedger ledger, address token, address owner) {
        (_ledger, asset, juniorOwner, operator) = (ledger, token, owner, owner);
    }

    /// @notice Sets what cannot be taken out.
    function setLocked(uint256 amount) external {
        locked = amount;
    }

    /// @inheritdoc IJuniorAccount
    function withdrawJunior(uint256 amount, address to) external onlyOwner {
        uint256 withdrawable = withdrawableJunior();
        require(amount <= withdrawable, MockJuniorAccountLocked(amount, withdrawable));
        _ledger.transfer(to, TokenId.fromToken(asset), amount);
    }

    /// @inheritdoc IJuniorAccount
    function transferJunior(address newOwner) external onlyOwner {
        juniorOwner = newOwner;
    }

    /// @inheritdoc IJuniorAccount
    function limitJunior(uint256 most) external onlyOwner {
        juniorLimit = most;
    }

    /// @inheritdoc IJuniorAccount
    function junior() public view returns (uint256) {
        return _ledger.balanceOf(address(this), TokenId.fromToken(asset));
    }

    /// @inheritdoc IJuniorAccount
    function withdrawableJunior() public view returns (uint256) {
        uint256 amount = junior();
        return amount > locked ? amount - locked : 0;
    }
}
