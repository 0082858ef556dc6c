// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Returns nothing from its transfers and approvals, and never changes an allowance from one value to another.
contract NoReturnToken {
    error NoReturnTokenRefused();

    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function approve(address spender, uint256 amount) external {
        require(amount == 0 || allowance[msg.sender][spender] == 0, NoReturnTokenRefused());
        allowance[msg.sender][spender] = amount;
    }

    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        require(allowance[from][msg.sender] >= amount, NoReturnTokenRefused());
        allowance[from][msg.sender] -= amount;
        _move(from, to, amount);
    }

    function _move(address from, address to, uint256 amount) private {
        require(balanceOf[from] >= amount, NoReturnTokenRefused());
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}
