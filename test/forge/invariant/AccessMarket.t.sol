// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {AccessMarket} from "../../../contracts/data/AccessMarket.sol";
import {Purchase, PurchaseStatus} from "../../../contracts/data/types/Purchase.sol";
import {Ledger} from "../../../contracts/payments/Ledger.sol";
import {AccessHandler} from "./access/AccessHandler.sol";

/// @dev The handler foretells which calls succeed, so none of its own may revert.
/// forge-config: default.invariant.fail-on-revert = true
/// forge-config: default.invariant.show-metrics = false
/// forge-config: nightly.invariant.fail-on-revert = true
contract AccessMarketInvariantTest is Test {
    AccessHandler private _handler;
    AccessMarket private _market;
    Ledger private _ledger;
    uint256 private _id;

    function setUp() public {
        _handler = new AccessHandler();
        (_market, _ledger, _id) = (_handler.MARKET(), _handler.LEDGER(), _handler.claimId());
        targetContract(address(_handler));
    }

    /// @dev AM-1: the market holds the prices of pending purchases, to the unit.
    function invariant_AM1_HeldIsPending() public view {
        (uint256 sum, uint256 count) = (0, 0);
        (, , uint32 pending, uint32 bought, ) = _market.sales();
        for (uint256 id = 1; id <= bought; ++id) {
            Purchase memory purchase = _market.purchaseOf(id);
            if (purchase.status != PurchaseStatus.Pending) continue;
            (sum, count) = (sum + purchase.price, count + 1);
        }
        assertEq(_ledger.balanceOf(address(_market), _id), sum, "AM-1");
        assertEq(pending, count, "AM-1: count");
    }

    /// @dev AM-2: prices are those of as many sales as were granted or are pending, within their bounds.
    function invariant_AM2_SalesAreCounted() public {
        vm.warp(_handler.time());
        (, uint32 granted, , , ) = _market.sales();
        assertEq(granted, _handler.granted(), "AM-2: count");
        uint256 price = _market.price();
        assertGe(price, _market.terms().reserve, "AM-2: reserve");
        assertLe(price, _market.terms().cap, "AM-2: cap");
    }

    /// @dev AM-4: what buyers paid and did not get back is held, the pot's, or the treasury's.
    function invariant_AM4_NothingIsLost() public view {
        uint256 sum = _ledger.balanceOf(address(_market), _id);
        assertEq(_ledger.balanceOf(_handler.DAO(), _id), _handler.toPot(), "AM-4: pot");
        assertEq(_ledger.balanceOf(address(_handler), _id), _handler.toTreasury(), "AM-4: treasury");
        sum += _handler.toPot() + _handler.toTreasury();
        for (uint256 i = 0; i < _handler.BUYERS(); ++i) {
            sum += _ledger.balanceOf(_handler.buyers(i), _id);
        }
        assertEq(sum, _handler.BUYERS() * _handler.FUNDS(), "AM-4");
    }

    /// @dev AM-5: the terms of a purchase are those of its sale.
    function invariant_AM5_TermsStay() public view {
        (, , , uint32 bought, ) = _market.sales();
        for (uint256 id = 1; id <= bought; ++id) {
            (Purchase memory purchase, Purchase memory agreed) = (_market.purchaseOf(id), _handler.agreed(id));
            assertEq(purchase.buyer, agreed.buyer, "AM-5: buyer");
            assertEq(purchase.price, agreed.price, "AM-5: price");
            assertEq(purchase.deadline, agreed.deadline, "AM-5: deadline");
            assertEq(purchase.licenceTerm, agreed.licenceTerm, "AM-5: term");
            assertEq(purchase.potShareBps, agreed.potShareBps, "AM-5: share");
        }
    }

    /// @dev AM-3 and AM-6: a licence exists exactly if its purchase was granted, and is valid for its holder alone, until it ends.
    function invariant_AM3_AM6_LicencesAreGranted() public {
        vm.warp(_handler.time());
        (, , , uint32 bought, ) = _market.sales();
        for (uint256 id = 1; id <= bought; ++id) {
            Purchase memory purchase = _market.purchaseOf(id);
            bool live = purchase.status == PurchaseStatus.Granted && _handler.time() <= purchase.expiresAt;
            assertEq(purchase.expiresAt != 0, purchase.status == PurchaseStatus.Granted, "AM-3");
            uint256 valid;
            for (uint256 i = 0; i < _handler.BUYERS(); ++i) {
                if (_market.isValid(id, _handler.buyers(i))) ++valid;
            }
            assertEq(valid, live ? 1 : 0, "AM-6");
        }
    }
}
