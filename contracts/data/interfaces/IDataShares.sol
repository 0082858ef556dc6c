// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

/**
 * @title IDataShares
 * @notice Votes in a dataset's affairs, which contributors get for data that proved useful, and nobody can give away.
 * @dev An ERC-20 with votes by timestamp whose transfers revert. Who has none when it gets the first votes by itself.
 */
interface IDataShares is IERC20Metadata, IERC5805 {
    /// @notice The call is not the dataset's.
    error DataSharesNotDataset(address caller);

    /// @notice Shares cannot be given away.
    error DataSharesNotTransferable();

    /// @notice Gives new shares to a contributor. Requirements: the caller is the dataset.
    function mint(address to, uint256 amount) external;

    /// @notice The dataset, which alone makes shares.
    function dataset() external view returns (address);
}
