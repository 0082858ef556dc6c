// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";

/**
 * @title IErgonToken
 * @notice The token that votes on the protocol: 18 decimals, and a supply that was made once and stays.
 * @dev A balance votes only once its holder has delegated it, to itself or to another account. Votes are counted by
 * `block.timestamp`, in seconds.
 *
 * Nobody owns the token; there is no function that makes or takes any (invariant GV-4).
 */
interface IErgonToken is IERC20, IERC20Permit, IERC5805 {
    /**
     * @notice What an account gets at the start.
     * @param holder The account; it may be named more than once.
     * @param amount What it gets, in units of the token.
     */
    struct Holding {
        address holder;
        uint256 amount;
    }

    /// @notice The amounts make no supply.
    error ErgonTokenNoSupply();
}
