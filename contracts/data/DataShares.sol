// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20VotesUpgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/ERC20VotesUpgradeable.sol";
import {VotesUpgradeable} from "@openzeppelin/contracts-upgradeable/governance/utils/VotesUpgradeable.sol";
import {IERC6372} from "@openzeppelin/contracts/interfaces/IERC6372.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

import {IDataShares} from "./interfaces/IDataShares.sol";

/// @title DataShares
contract DataShares is ERC20VotesUpgradeable, IDataShares {
    /// @inheritdoc IDataShares
    address public dataset;

    constructor() {
        _disableInitializers();
    }

    /// @notice Sets up a clone; the factory does so as it makes it.
    function initialize(address dataset_, string calldata name_) external initializer {
        __ERC20_init(name_, "DATA");
        __EIP712_init(name_, "1");
        dataset = dataset_;
    }

    /// @inheritdoc IDataShares
    function mint(address to, uint256 amount) external {
        require(msg.sender == dataset, DataSharesNotDataset(msg.sender));
        if (delegates(to) == address(0)) _delegate(to, to);
        _mint(to, amount);
    }

    /// @notice The time of the block.
    function clock() public view override(VotesUpgradeable, IERC6372) returns (uint48) {
        return Time.timestamp();
    }

    /// @notice Votes are counted by timestamps.
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override(VotesUpgradeable, IERC6372) returns (string memory) {
        return "mode=timestamp";
    }

    /// @dev Shares come into being, and stay where they are.
    function _update(address from, address to, uint256 amount) internal override(ERC20VotesUpgradeable) {
        require(from == address(0), DataSharesNotTransferable());
        super._update(from, to, amount);
    }
}
