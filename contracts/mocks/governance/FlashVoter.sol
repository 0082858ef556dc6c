// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @notice Borrows votes for one transaction, makes a call with them and gives them back.
contract FlashVoter {
    /// @notice Calls `target` while the lender's `amount` of the token is this contract's.
    function borrow(address token, address lender, uint256 amount, address target, bytes calldata data) external {
        IERC20(token).transferFrom(lender, address(this), amount);
        IVotes(token).delegate(address(this));
        Address.functionCall(target, data);
        IERC20(token).transfer(lender, amount);
    }
}
