// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";
import {StdAssertions} from "forge-std/StdAssertions.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

import {AccessMarket} from "../../../../contracts/data/AccessMarket.sol";
import {IAccessMarket} from "../../../../contracts/data/interfaces/IAccessMarket.sol";
import {Purchase, PurchaseStatus} from "../../../../contracts/data/types/Purchase.sol";
import {SaleTerms} from "../../../../contracts/data/types/SaleTerms.sol";
import {MockERC20} from "../../../../contracts/mocks/tokens/MockERC20.sol";
import {Ledger} from "../../../../contracts/payments/Ledger.sol";
import {TokenId} from "../../../../contracts/payments/types/TokenId.sol";

/// @dev Buyers of one market, its host, and its owner, which is this contract. It remembers what each purchase was agreed on.
contract AccessHandler is CommonBase, StdAssertions {
    uint256 public constant BUYERS = 3;
    uint256 public constant FUNDS = 1 << 90;
    /// @dev The generator of secp256k1.
    bytes public constant PUBLIC_KEY = hex"0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

    Ledger public immutable LEDGER;
    AccessMarket public immutable MARKET;
    MockERC20 public immutable TOKEN;
    address public constant DAO = address(0xDA0);
    address public constant HOST = address(0x4057);

    address[BUYERS] public buyers;
    /// @dev All purchases as they were made.
    mapping(uint256 id => Purchase) private _agreed;
    /// @dev What pot and treasury shall have got, in token units.
    uint256 public toPot;
    uint256 public toTreasury;
    /// @dev Sales of the present schedule that were granted.
    uint256 public granted;
    uint256 private _time = 1_800_000_000;

    modifier acting() {
        vm.warp(_time);
        _;
    }

    constructor() {
        vm.warp(_time);
        LEDGER = new Ledger();
        TOKEN = new MockERC20("Token", "TKN", 18);
        MARKET = AccessMarket(Clones.clone(address(new AccessMarket(LEDGER))));
        MARKET.initialize(address(this), DAO, address(TOKEN), "Access", _terms(1 << 64, 3_100, 2e18));
        for (uint256 i = 0; i < BUYERS; ++i) {
            address buyer = vm.addr(0xB0B + i);
            buyers[i] = buyer;
            TOKEN.mint(address(this), FUNDS);
            TOKEN.approve(address(LEDGER), FUNDS);
            LEDGER.deposit(address(TOKEN), FUNDS, buyer);
            vm.prank(buyer);
            LEDGER.approve(address(MARKET), claimId(), type(uint256).max);
        }
    }

    function buy(uint256 seed) external acting {
        address buyer = buyers[seed % BUYERS];
        uint256 price = MARKET.price();
        if (LEDGER.balanceOf(buyer, claimId()) < price) return;
        vm.prank(buyer);
        uint256 id = MARKET.buy(price, _time, PUBLIC_KEY);
        _agreed[id] = MARKET.purchaseOf(id);
        assertEq(_agreed[id].price, price, "AM-2: price");
        assertLe(price, MARKET.price(), "AM-2: a purchase counts at once");
    }

    /// @dev Succeeds exactly if the purchase is pending and not late.
    function grant(uint256 seed) external acting {
        (uint256 id, Purchase memory purchase) = _any(seed);
        bool can = purchase.status == PurchaseStatus.Pending && _time <= purchase.deadline;
        uint256 price = MARKET.price();
        vm.prank(HOST);
        (bool success, ) = address(MARKET).call(abi.encodeCall(IAccessMarket.grant, (id, "key")));
        assertEq(success, can, "AM-3: grant");
        if (!success) return;
        uint256 share = (uint256(_agreed[id].price) * _agreed[id].potShareBps) / 10_000;
        (toPot, toTreasury, granted) = (toPot + share, toTreasury + _agreed[id].price - share, granted + 1);
        assertEq(MARKET.purchaseOf(id).expiresAt, _time + _agreed[id].licenceTerm, "AM-5: term");
        assertEq(MARKET.price(), price, "AM-2: a grant moves no price");
    }

    /// @dev Succeeds exactly if the purchase is pending and late.
    function refund(uint256 seed) external acting {
        (uint256 id, Purchase memory purchase) = _any(seed);
        bool can = purchase.status == PurchaseStatus.Pending && _time > purchase.deadline;
        uint256 before = LEDGER.balanceOf(purchase.buyer, claimId());
        (bool success, ) = address(MARKET).call(abi.encodeCall(IAccessMarket.refund, (id)));
        assertEq(success, can, "AM-3: refund");
        if (success) assertEq(LEDGER.balanceOf(purchase.buyer, claimId()), before + _agreed[id].price, "AM-4: refund");
    }

    function transfer(uint256 seed, uint256 to) external acting {
        (uint256 id, Purchase memory purchase) = _any(seed);
        if (purchase.status != PurchaseStatus.Granted) return;
        address holder = MARKET.ownerOf(id);
        vm.prank(holder);
        MARKET.transferFrom(holder, buyers[to % BUYERS], id);
    }

    function setTerms(uint96 initialPrice, uint16 decayBps, uint96 ratePerDay, bool all) external acting {
        SaleTerms memory terms = MARKET.terms();
        terms.potShareBps = decayBps % 10_001;
        terms.licenceTerm = uint32(1 hours + (ratePerDay % 10 days));
        terms.grantTime = uint32(1 hours + (initialPrice % 10 days));
        if (all) {
            SaleTerms memory fresh = _terms((initialPrice % (1 << 80)) + 1, 100 + (decayBps % 8_901), ratePerDay | 1);
            if (
                terms.initialPrice != fresh.initialPrice ||
                terms.decayBps != fresh.decayBps ||
                terms.ratePerDay != fresh.ratePerDay
            ) granted = 0;
            (terms.initialPrice, terms.reserve, terms.cap) = (fresh.initialPrice, fresh.reserve, fresh.cap);
            (terms.decayBps, terms.ratePerDay) = (fresh.decayBps, fresh.ratePerDay);
        }
        MARKET.setTerms(terms);
    }

    function wait(uint32 duration) external {
        _time += duration % 3 days;
    }

    /// @dev What a purchase was agreed on.
    function agreed(uint256 id) external view returns (Purchase memory) {
        return _agreed[id];
    }

    function time() external view returns (uint256) {
        return _time;
    }

    function claimId() public view returns (uint256) {
        return TokenId.fromToken(address(TOKEN));
    }

    /// @dev A purchase, or the number after the last one.
    function _any(uint256 seed) private view returns (uint256 id, Purchase memory purchase) {
        (, , , uint32 bought, ) = MARKET.sales();
        id = 1 + (seed % (uint256(bought) + 1));
        purchase = MARKET.purchaseOf(id);
    }

    function _terms(
        uint96 initialPrice,
        uint16 decayBps,
        uint96 ratePerDay
    ) private pure returns (SaleTerms memory terms) {
        terms.initialPrice = initialPrice;
        terms.reserve = initialPrice / 100 + 1;
        terms.cap = initialPrice * 8;
        terms.ratePerDay = ratePerDay;
        terms.decayBps = decayBps;
        (terms.licenceTerm, terms.grantTime, terms.potShareBps) = (30 days, 1 days, 7_000);
        terms.host = HOST;
    }
}
